"""What people type, and what the finder answers."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching import Found, HostCountry, Nothing, Unsure, explain, search
from bot.domain.missions import Alias
from bot.domain.names import NameIndex, load_index


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return load_index()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "de"),
        ("посольство нигерии", "ng"),
        ("Посольство Нигера в Москве", "ne"),
        ("embassy of South Sudan", "ss"),
        ("papua new guinea", "pg"),
        ("德国大使馆", "de"),
        ("ألمانيا", "de"),
        ("ประเทศไทย", "th"),
        ("한국 대사관 전화번호", "kr"),
        ("Almanya'nın büyükelçiliği", "de"),
        ("🇰🇪", "ke"),
        ("🇭🇰", "cn"),
        ("nl", "nl"),
        ("DEU", "de"),
        ("+49", "de"),
        ("О.А.Э.", "ae"),
        ("g e r m a n y", "de"),
        ("Ｇｅｒｍａｎｙ", "de"),
        ("Ger\u200bmany", "de"),
        ("#germany", "de"),
        ("Mali i Zi", "me"),
        ("Zvicra", "ch"),
        ("ambasada e Kosovës", "xk"),
        ("Qiproja", "cy"),
        ("Xhamajkës", "jm"),
        ("Alemaniako enbaxada", "de"),
        ("island of Malta", "mt"),
        ("Falklands", "gb"),
        ("Корей Элдик Демократиялык Республикасы", "kp"),
        ("Корея Республикасының елшілігі", "kr"),
        ("Koreya Xalq Demokratik Respublikasının səfirliyi", "kp"),
        ("ちゅうごくたいしかん", "cn"),
        ("みなみすーだん", "ss"),
        ("せきどうぎにあ", "gq"),
    ],
)
def test_names_as_they_should_be(index: NameIndex, text: str, code: str) -> None:
    assert search(index, text) == Found(code, search(index, text).city)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("germny", "de"),
        ("kirgystan", "kg"),
        ("узбикистан", "uz"),
        ("саудовсая аравия", "sa"),
        ("new zeeland embassy", "nz"),
        ("noth macedonia", "mk"),
        ("uthvfybz", "de"),
        ("укаина", "ua"),
        ("GBR passport", "gb"),
        ("shvecija", "se"),
        ("герамнияға виза", "de"),
        ("ddaij suws quans Trung Quoocs", "cn"),
        ("пуьфтн", "de"),
        ("пукьфтн", "de"),
        ("posolstvo tadzhikistana", "tj"),
        ("джапан эмбасси", "jp"),
        ("kankoku taishikan", "kr"),
        ("s0malia", "so"),
        ("franceembassy", "fr"),
        ("embassyofindia", "in"),
        ("индияяяя", "in"),
        ("NL consulate", "nl"),
        ("посольство UZ", "uz"),
        ("kyrgyz", "kg"),
        ("venez", "ve"),
        ("पपुवा न्यु गिनी", "pg"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "gb"),
        (">fh", "za"),
        ('"cnjybz', "ee"),
        ("Gjcjkmcndj <jkbdbb", "bo"),
        ("<tkmusz", "be"),
        ("{jhdfnbb", "hr"),
        ("Лшкпныефт", "kg"),
        ("맥시코 대사관", "mx"),
        ("캐냐", "ke"),
        ("우즈배키스탄", "uz"),
        ("posolstvo litvy", "lt"),
        ("viza shvecii", "se"),
        ("ya iz kitaja", "cn"),
        ("embassy of hungry", "hu"),
    ],
)
def test_names_as_they_are_typed(index: NameIndex, text: str, code: str) -> None:
    assert search(index, text) == Found(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I'm Kenyan and I lost my passport", "ke"),
        ("I don't need Iran, I need Iraq", "iq"),
        ("не Австрия, а Австралия", "au"),
        ("İran değil, Irak", "iq"),
        ("embassy of Brazil in Russia", "br"),
        ("visa to china for russian citizens", "cn"),
        ("я из Кении, живу в Москве", "ke"),
        ("le Niger et pas le Nigéria", "ne"),
        ("I said Mali, not Malawi", "ml"),
        ("не Австралія, а Австрія", "at"),
        ("I need a visa to go to Kenya", "ke"),
        ("посольство Индии, Воронцово поле", "in"),
        ("вместо Зимбабве нужна Замбия", "zm"),
        ("forget Jordan, I need Oman", "om"),
        ("no no, South Korea, not North", "kr"),
        ("si Uganda, ni Rwanda", "rw"),
        ("мне Нигер, Нигерию не надо", "ne"),
        ("my name is Jordan and I am from Ireland", "ie"),
        ("mi novia es de Panamá y se quedó sin documentos", "pa"),
        ("wiza do Chin dla Polaka, ile się czeka?", "cn"),
        ("my flight to Tashkent got cancelled, I need the Kyrgyz embassy", "kg"),
        ("в паспорте код BLR", "by"),
        ("номер на +998", "uz"),
        ("excuse my french, embassy of Chad", "td"),
        ("auf Deutsch bitte: Botschaft Polen", "pl"),
        ("désolé pour mon français, je viens du Brésil", "br"),
        ("нужен перевод на турецкий язык, посольство Ливии", "ly"),
        ("estudiantes ecuatorianos en Kazán", "ec"),
        ("auf der deutschen Botschaft", "de"),
        ("in der deutschen Botschaft", "de"),
        ("German embassy, do you speak Polish?", "de"),
    ],
)
def test_whole_sentences(index: NameIndex, text: str, code: str) -> None:
    answer = search(index, text)
    assert isinstance(answer, Found)
    assert answer.code == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Congo", {"cd", "cg"}),
        ("посольство Кореи", {"kp", "kr"}),
        ("Чехословакия", {"cz", "sk"}),
        ("Austria or Australia", {"at", "au"}),
        ("embassies of Poland and Hungary", {"pl", "hu"}),
        ("ambassades de Belgique et de France", {"be", "fr"}),
        ("North or South Korea?", {"kp", "kr"}),
        ("مصر والسودان", {"eg", "sd"}),
        ("Казахстан или Узбекестан", {"kz", "uz"}),
        ("austr", {"at", "au"}),
        ("посольство Австр", {"at", "au"}),
        ("Казакстанбы же Өзбекстанбы билбейм", {"kz", "uz"}),
        ("pulau Timor", {"id", "tl"}),
        ("nigerai", {"ne", "ng"}),
        ("nigera visa", {"ne", "ng"}),
        ("panada", {"ca", "pa"}),
        ("руганда", {"rw", "ug"}),
        ("Chile o Perú", {"cl", "pe"}),
        ("België en Nederland", {"be", "nl"}),
        ("Того либо Бенин", {"tg", "bj"}),
        ("Kinshasa or Brazzaville", {"cd", "cg"}),
        ("Korea, north or south?", {"kp", "kr"}),
        ("оба Судана", {"sd", "ss"}),
        ("franco-algérienne", {"fr", "dz"}),
        ("на границе между Туркменией и Узбекистаном", {"tm", "uz"}),
        ("Senegambia", {"gm", "sn"}),
        ("ЗСФСР", {"am", "az", "ge"}),
        ("шве", {"se", "ch"}),
        ("オースト", {"at", "au"}),
        ("bel", {"be", "by", "bz", "pw"}),
        ("ambia", {"gm", "zm"}),
        ("+359 / +40", {"bg", "ro"}),
        ("+994, +995", {"az", "ge"}),
        ("SE, NO, DK", {"se", "no", "dk"}),
        ("TJK or UZB", {"tj", "uz"}),
        ("KP KR", {"kp", "kr"}),
        ("norway sweeden denmark", {"no", "se", "dk"}),
        ("argentina, urugay", {"ar", "uy"}),
        ("Казахстан Киргизя Узбекистан Таджикистан", {"kz", "kg", "uz", "tj"}),
        ("embassy of slovania", {"si", "sk"}),
        ("словия", {"si", "sk"}),
        ("Grupa Wyszehradzka", {"cz", "hu", "pl", "sk"}),
        ("посольство Австровенгрии", {"at", "hu"}),
        ("I live in Tierra del Fuego", {"ar", "cl"}),
        ("aus Tirol", {"at", "it"}),
        ("ambassade du Pays basque", {"es", "fr"}),
        ("жители Белуджистана", {"af", "ir", "pk"}),
        ("Güney Kafkasya'dan", {"am", "az", "ge"}),
        ("北欧斯堪的纳维亚", {"dk", "no", "se"}),
        ("Nauru or Palau, some small island", {"nr", "pw"}),
    ],
)
def test_asks_where_two_are_meant(index: NameIndex, text: str, codes: set[str]) -> None:
    answer = search(index, text)
    assert isinstance(answer, Unsure)
    assert set(answer.choices) == codes


@pytest.mark.parametrize("language", ["en", "ru", "uz"])
def test_what_is_asked_about_hangs_on_no_readers_language(index: NameIndex, language: str) -> None:
    answer = search(index, "panada", language)
    assert isinstance(answer, Unsure)
    assert set(answer.choices) == {"ca", "pa"}


@pytest.mark.parametrize("text", ["Russia", "посольство в России", "visa for Russia", "俄罗斯", "+7"])
def test_the_host_is_no_sender(index: NameIndex, text: str) -> None:
    answer = search(index, text)
    assert isinstance(answer, HostCountry) or (isinstance(answer, Unsure) and "ru" in answer.choices)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "iron",
        "серия",
        "туман",
        "hello",
        "спасибо",
        "I want to go home",
        "Narnia",
        "Африка",
        "14:30",
        "xxxxxxx",
        "no",
        "romance",
        "мадина",
        "Армянский переулок",
        "Болгарская улица",
        "NO ID",
        "ганаш",
        "теннис",
        "mỹ phẩm",
        "polévka",
        "Chad Kroeger",
        "Василий Ливанов",
        "my name is Jordan",
        "Katarina",
        "sprechen Sie Polnisch?",
        "parlez-vous roumain",
        "poor English",
        "cached",
        "addboundary",
        "AM/PM",
        "IS IT",
        "TO BE",
        "истерия",
        "Dach",
        "かんこくりょうり",
        "내가 제일",
        "Даня",
        "Герман придёт завтра",
        "chicles",
        "paraguas",
        "salı",
        "Schweiß",
        "skóra",
        "they told us our visa status is wrong",
        "they gave us a visa",
        "the police stopped us at the BUS station",
        "Roman Polanski",
        "tôi bị người ta cướp",
        "việc quan trọng nhất",
        "mám jiné cíle",
        "mălai",
        "クリスマス",
        "chili powder",
        "my neighbour Chad",
        "бір қатар сұрақтарым бар",
    ],
)
def test_nothing_is_nothing(index: NameIndex, text: str) -> None:
    assert isinstance(search(index, text), Nothing)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("polnisches Konsulat in Kaliningrad", "Kaliningrad"),
        ("консульство Финляндии в Питере", "Saint Petersburg"),
        ("Казань", "Kazan"),
    ],
)
def test_names_the_city(index: NameIndex, text: str, city: str) -> None:
    assert search(index, text).city == city


@pytest.mark.parametrize(("text", "code"), [("Герман", "de"), ("Франц", "fr"), ("Йордан", "jo")])
def test_a_first_name_is_a_country_to_whose_language_calls_it_so(index: NameIndex, text: str, code: str) -> None:
    """Every name leads home where it is all that was written, whatever else it is."""
    assert search(index, text) == search(index, text, "mn") == Found(code)
    assert search(index, f"посольство {text}") == Found(code)
    assert search(index, f"{text} придёт завтра") == Nothing()


def test_a_short_name_that_is_a_little_word_elsewhere_is_found_alone(index: NameIndex) -> None:
    assert search(index, "Áo") == Found("at")


def test_explains_what_it_did(index: NameIndex) -> None:
    lines = "\n".join(explain(index, "посольство германии").lines())
    assert "de" in lines
    assert "exact" in lines
    assert "post" in lines


def test_an_operators_alias_is_found_and_may_be_misspelt(index: NameIndex) -> None:
    ours = index.with_aliases(
        [Alias("Ruritania", "de", "en", "informal"), Alias("Grand Fenwick", "li", "en", "informal")]
    )
    assert search(ours, "embassy of Ruritania") == Found("de")
    assert search(ours, "grand fenwick") == Found("li")
    assert search(ours, "ruritanja") == Found("de")
    for language in ("", "tlh"):
        assert search(index.with_aliases([Alias("Ruritania", "de", language, "other")]), "ruritania") == Found("de")
    assert isinstance(search(index, "ruritanja"), Nothing)


@given(st.text(max_size=200))
@settings(max_examples=150)
def test_no_text_raises(text: str) -> None:
    _answers_soundly(text)


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@settings(max_examples=100)
def test_no_characters_raise(text: str) -> None:
    _answers_soundly(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Janubiy Koreyaga viza kerak", "kr"),
        ("Shimoliy Makedoniyaga", "mk"),
        ("Оңтүстік Кореяға виза", "kr"),
        ("Түштүк Кореяга", "kr"),
        ("Dél-Koreába", "kr"),
        ("Etelä-Koreasta", "kr"),
        ("Birlashgan Arab Amirliklariga", "ae"),
        ("men O'zbekistondanman, pasportimni yo'qotdim", "uz"),
        ("O'zbekistonlikman", "uz"),
        ("мен Кыргызстанданмын", "kg"),
        ("биз Қазақстанданбыз", "kz"),
        ("mən Özbəkistandanam", "uz"),
    ],
)
def test_a_name_may_bear_endings_and_one_of_several_words_at_its_last(index: NameIndex, text: str, code: str) -> None:
    assert search(index, text) == Found(code)


@pytest.mark.parametrize(("text", "codes"), [("latvania", {"lv", "lt"}), ("lithania", {"lt"}), ("slovinia", {"si"})])
def test_a_far_guess_is_not_sure_where_another_country_begins_so(index: NameIndex, text: str, codes: set[str]) -> None:
    answer = search(index, text)
    assert codes == (set(answer.choices) if isinstance(answer, Unsure) else {getattr(answer, "code", None)})


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["beginning", "middle", "end"])
def test_a_country_is_found_wherever_a_long_message_names_it(index: NameIndex, place: float) -> None:
    sentence = "My bag was taken at the station and nobody here can help me. "
    before = int(60 * place)
    text = sentence * before + "I am a citizen of Zambia. " + sentence * (60 - before)
    assert search(index, text[:4096]) == Found("zm")


def test_of_a_very_long_list_the_beginning_and_the_end_are_read(index: NameIndex) -> None:
    names = itertools.islice((key for key in index.keys() if key.isascii()), 400)  # noqa: SIM118 - no dictionary
    listed = "Kenya, Peru, " + ", ".join(names)[:4000] + ". I am from Zambia"
    explained = explain(index, listed)
    told = "\n".join(explained.lines())
    assert "'kenya'" in told
    assert "'zambia'" in told
    assert not isinstance(explained.answer, Found)


@pytest.mark.parametrize(
    "text", ["\ud800", "a\udfffb", "\U0010ffff" * 50, "ال" * 2048, "국" * 4096, "大" * 4096, "a b " * 1024]
)
def test_odd_texts_do_not_raise(text: str) -> None:
    _answers_soundly(text)


def _answers_soundly(text: str) -> None:
    answer = search(INDEX, text)
    if isinstance(answer, Unsure):
        assert 2 <= len(answer.choices) <= 4
        assert len(set(answer.choices)) == len(answer.choices)


INDEX = load_index()
