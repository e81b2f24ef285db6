"""Paradigms of fusional languages: the endings of names, of adjectives and of nationality nouns.

A line is `ending: forms`; the longest ending that fits is used, "C" is any consonant, "-" stands for no ending.
"""

from typing import Final

NOUNS: Final[dict[str, str]] = {
    "ru": """
        ия: ии ии ию ией ии ий ям
        ея: еи ее ею еей ее
        ья: ьи ье ью ьей ье
        я: и е ю ей е
        ка: ки ке ку кой ке ок
        ца: цы це цу цей це
        а: ы е у ой е и
        ство: ства ству ство ством стве
        овь: ови ови овь овью ови
        ль: ля лю ль лем ле ли ли лью
        нь: ня ню нь нем не ни ни нью
        ь: я ю ь ем е и и ью
        ай: ая аю ай аем ае
        ей: ея ею ей еем ее
        й: я ю й ем е
        аец: айца айцу айца айцем айце айцы айцев айцам айцами айцах
        еец: ейца ейцу ейца ейцем ейце ейцы ейцев ейцам ейцами ейцах
        иец: ийца ийцу ийца ийцем ийце ийцы ийцев ийцам ийцами ийцах
        оец: ойца ойцу ойца ойцем ойце ойцы ойцев ойцам ойцами ойцах
        ец: ца цу ца цем це цы цев цам цами цах
        анин: анина анину анина анином анине ане ан анам анами анах
        янин: янина янину янина янином янине яне ян янам янами янах
        ок: ка ку ка ком ке ки ков кам ками ках
        к: ка ку ка ком ке ки ков кам ками ках
        г: га гу г гом ге ги гов гам гами гах
        х: ха ху х хом хе хи хов хам хами хах
        C: а у - ом е ы ов ам ами ах
        ане: ан анам ан анами анах
        яне: ян янам ян янами янах
        цы: цев цам цы цами цах
        ки: ков кам ки ками ках ок
        ики: иков икам ики иками иках
        острова: островов островам острова островами островах
        ы: ов ам ы ами ах - ах
        """,
    "uk": """
        ія: ії ії ію ією ії
        ея: еї еї ею еєю еї
        я: і і ю ею і
        ка: ки ці ку кою ці ок
        га: ги зі гу гою зі
        ха: хи сі ху хою сі
        а: и і у ою і
        ство: ства ству ство ством стві
        ь: ю ю ь ем і я
        ай: аю аю ай аєм аї
        й: ю ю й єм ї я
        єць: йця йцеві йця йцем йці йці йців йцям йцями йцях
        ець: ця цеві ця цем ці ці ців цям цями цях
        ин: ина ину ина ином ині и ів ам ами ах
        к: ка ку ка ком ці ки ків кам ками ках
        C: у у - ом і а и ів ам ами ах
        и: ів ам и ами ах -
        ці: ців цям ці цями цях
        """,
    "be": """
        ія: іі іі ію іяй іі
        ея: еі еі ею еяй еі
        я: і і ю яй і
        ка: кі цы ку кай цы
        а: ы е у ай е
        ства: ства ству ства ствам стве
        ь: я ю ь ем і
        й: я ю й ем і
        ец: ца цу ца цам цу цы цаў цам цамі цах
        к: ка ку ка кам ку кі каў кам камі ках
        C: а у - ам е ы аў ам амі ах
        """,
    "bg": """
        ия: ията
        а: ата
        ец: еца ецът ци ците
        ин: ина инът и ите
        ка: ката ки ките
        к: ка кът ци ците
        C: а ът и ите
        ци: ците
        """,
    "hr": """
        ija: ije iji iju ijom ijo
        ka: ke ci ku kom ka ki
        ga: ge zi gu gom
        a: e i u om i
        ac: ca cu ca cem cu ci aca cima ce
        in: ina inu ina inom inu i a ima e
        C: a u - om u i a ima e
        o: a u o om u
        """,
    "sl": """
        ija: ije iji ijo ijo iji
        a: e i o o i
        ec: ca cu ca cem cu ci cev cem ce
        C: a u - om u i ov om e ih
        o: a u o om u
        """,
    "pl": """
        ia: ii ii ię ią ii
        ja: ji ji ję ją ji
        ka: ki ce kę ką ce
        ga: gi dze gę gą dze
        ra: ry rze rę rą rze
        da: dy dzie dę dą dzie
        ta: ty cie tę tą cie
        na: ny nie nę ną nie
        ca: cy cy cę cą cy
        la: li li lę lą li
        wa: wy wie wę wą wie
        ba: by bie bę bą bie
        sa: sy sie sę są sie
        a: y ie ę ą ie
        stwo: stwa stwu stwo stwem stwie
        czyk: czyka czykowi czyka czykiem czyku czycy czyków czykom czykami czykach
        anin: anina aninowi anina aninem aninie anie an anom anami anach
        ec: ca cowi ca cem cu cy ców com cami cach
        k: ka kowi ka kiem ku cy ków kom kami kach
        g: gu gowi g giem gu
        C: u owi - em ie a y ów om ami ach
        y: - om y ami ach ów
        """,
    "cs": """
        ie: ie ii ii ií ii
        sko: ska sku sko skem sku
        cko: cka cku cko ckem cku
        ka: ky ce ku kou ce
        na: ny ně nu nou ně
        a: y ě u ou ě
        ec: ce ci ce cem ci ci ců cům cích
        an: ana anovi ana anem anovi ané anů anům anech
        C: u u - em u a y ů ům ech i
        """,
    "sk": """
        sko: ska sku sko skom sku
        cko: cka cku cko ckom cku
        ia: ie ii iu iou ii
        ka: ky ke ku kou ke
        a: y e u ou e
        ec: ca covi ca com covi ci cov com coch
        an: ana anovi ana anom anovi ania anov anom anoch
        C: u u - om e a y ov om och i
        """,
    "lt": """
        ija: ijos ijai iją ija ijoje
        ėja: ėjos ėjai ėją ėja ėjoje
        ietis: iečio iečiui ietį iečiu ietyje iečiai iečių iečiams iečius iečiais
        tis: čio čiui tį čiu tyje čiai čių čiams čius čiais
        dis: džio džiui dį džiu dyje džiai džių
        a: os ai ą a oje
        ė: ės ei ę e ėje ės ių ėms
        as: o ui ą u e ai ų ams us ais
        is: io iui į iu yje iai ių iams ius iais
        ys: io iui į iu yje iai ių iams ius iais
        us: aus ui ų umi uje
        ai: ų ams us ais uose
        os: ų oms as omis ose
        es: ių ėms es ėmis ėse
        """,
    "lv": """
        ija: ijas ijai iju iju ijā
        ietis: ieša ietim ieti ieti ietī ieši iešu iešiem iešus
        iete: ietes ietei ieti ieti ietē ietes iešu ietēm
        a: as ai u u ā
        e: es ei i i ē
        is: a im i i ī i u iem us
        s: a am u u ā i u iem us
        i: u iem us iem os
        as: u ām as ām ās
        """,
    "el": """
        ία: ίας ία ίαν
        α: ας α αν
        η: ης η ην
        ος: ου ο οι ων ους
        ο: ου ο
        ας: α α ες ων
        ης: η η ες ων
        ες: ων ες
        οι: ων ους
        ιδα: ιδας
        """,
    "ro": """
        ia: iei ia
        a: ei a
        ă: a ei
        ean: eanul eanului eni enii enilor
        C: ul ului i ii ilor
        """,
    "sq": """
        ë: a ës ën
        ia: isë inë
        ja: jës jën
        da: daja dës dën
        a: ja ës ën
        ali: alit
        i: ia isë inë it in
        o: oja os on osë onë
        u: uja us un usë unë
        k: ku kut kun
        et: eve
        C: i it in
        """,
    "de": """
        C: s es
        e: n
        er: n s in innen
        """,
    "sv": "C: s en er\ne: n s\na: n s",
    "da": "C: s en er\ne: n s r",
    "no": "C: s en er\ne: n s r",
    "nl": "C: en s\ner: s",
    "ka": """
        ია: იის იაში იიდან იას იამ იისთვის
        ა: ის აში იდან ას ამ
        ეთი: ეთის ეთში ეთიდან ეთს ეთმა
        ი: ის ში იდან ს მა იდან ად ით
        ე: ის ეში იდან ეს
        ო: ოს ოში ოდან ომ
        უ: უს უში უდან
        ელი: ელის ელს ელმა ელები ელების ელი_ვარ
        """,
    "hy": """
        իա: իայի իայից իայում իան իային իայով
        ա: այի այից այում ան
        C: ի ից ում ը ին ով ն ցի ներ ների ներին
        """,
}
NOUNS.update({"bs": NOUNS["hr"], "sr-Latn": NOUNS["hr"], "mk": NOUNS["bg"]})

ADJECTIVES: Final[dict[str, str]] = {
    "ru": """
        ий: ого ому ий им ом ая ой ую ое ие их ими
        ый: ого ому ый ым ом ая ой ую ое ые ых ыми
        ой: ого ому ой им ом ая ой ую ое ие их ими
        ая: ой ой ую ой ой
        яя: ей ей юю ей ей
        ое: ого ому ое ым ом
        ее: его ему ее им ем
        ие: их им ие ими их
        ые: ых ым ые ыми ых
        овы: овых овым овы овыми овых
        """,
    "uk": """
        ий: ого ому ий им ому а ої ій у ою е і их ими
        ька: ької ькій ьку ькою ькій
        на: ної ній ну ною ній
        ова: ової овій ову овою овій
        і: их им і ими их
        """,
    "be": """
        і: ага аму і ім ім ая ай ую ае ія іх імі
        ы: ага аму ы ым ым ая ай ую ае ыя ых ымі
        ая: ай ай ую ай ай
        ае: ага аму ае ім ім
        ія: іх ім ія імі іх
        ыя: ых ым ыя ымі ых
        """,
    "bg": "ски: ско ска ския ският ската ското ските\nки: ко ка кия кият ката кото ките",
    "hr": """
        ki: ka ko kog koga kom kome kim ke ku kih kima koj
        ka: ke koj ku kom koj
        na: ne noj nu nom noj
        i: a o og oga om im e u ih ima oj
        """,
    "sl": """
        ki: ka ko kega kem kemu kim ke kih
        ka: ke ki ko ko ki
        na: ne ni no no ni
        i: a o ega em emu im e ih
        """,
    "pl": """
        ki: kiego kiemu ki kim kim ka kiej ką kie cy kich kimi
        gi: giego giemu gi gim gim ga giej gą gie
        y: ego emu y ym ym a ej ą e i ych ymi
        ka: kiej kiej ką ką kiej
        na: nej nej ną ną nej
        wa: wej wej wą wą wej
        kie: kich kim kie kimi kich
        a: ej ej ą ą ej
        e: ych ym e ymi ych
        """,
    "cs": "ký: kého kému ký kým kém ká ké kou ští kých kými\ní: ího ímu í ím ím\ná: é é ou ou é\né: ých ým é ými ých",
    "sk": "ký: kého kému ký kým kom ká kej kú kou ké kí kých kými\ná: ej ej ú ou ej\né: ých ým é ými ých",
    "lt": "as: o am ą u ame a os ai ą oje i ų ems\nė: ės ei ę e ėje",
    "lv": "s: a am u u ā as ai i u\nais: ā am o o ajā ie o iem\nā: ās ai o o ajā",
    "el": "ικός: ική ικό ικού ικής ικοί ικές ικά ικών ικούς\nός: ή ό ού ής οί ές ά ών\nος: η ο ου ης οι ες α ων",
    "ro": """
        esc: ească ești ește escul
        ean: eană ene eni eanul
        ez: eză ezi eze ezul
        an: ană ani ane
        C: ă i e ul a ului ei
        """,
    "de": "C: e er es en em\nr: e er es en em\ne: r s n m",
    "sv": "k: ka kt ke\nC: a t e",
    "da": "k: ke\nC: e t",
    "no": "k: ke\nC: e t",
    "nl": "C: e\ns: se",
    "fr": "ien: ienne iens iennes\nC: e s es\nain: aine ains aines\née: ées",
    "es": "o: a os as\nés: esa eses esas\nC: a es as\ne: es\ní: íes ís",
    "pt": """
        o: a os as
        ês: esa eses esas
        ano: ana anos anas
        C: a es as
        e: es
        ense: enses
        u: ua us uas
        ã: ãs
        ão: ã ões ãs
        """,
    "it": "ano: ana ani ane\no: a i e\nese: esi\ne: i\nco: ca ci che",
    "ca": "à: ana ans anes\nès: esa esos eses\nC: a s es",
    "ka": "ური: ურის ურს ურ\nული: ულის ულს ულ",
    "hy": "ական: ականի ականը",
}
ADJECTIVES.update({"bs": ADJECTIVES["hr"], "sr-Latn": ADJECTIVES["hr"], "mk": ADJECTIVES["bg"]})

_SERBIAN: Final = str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")


def _cyrillic(table: str) -> str:
    return table.replace("C:", "\0").translate(_SERBIAN).replace("\0", "C:")


NOUNS["sr"] = _cyrillic(NOUNS["hr"])
ADJECTIVES["sr"] = _cyrillic(ADJECTIVES["hr"])
FEMININE: Final = {"fr", "es", "pt", "it", "ca"}
