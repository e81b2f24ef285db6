"""Which words a reader gets, from catalogues made for the purpose."""

from datetime import date
from pathlib import Path

import pytest

from bot.texts.catalog import Catalog, Words

ENGLISH = """
msgid ""
msgstr "Language: en\\nContent-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "hello"
msgstr "<b>Hello</b>, %(name)s"

msgid "only.english"
msgstr "100% English"

msgid "posts"
msgid_plural "posts"
msgstr[0] "%(number)s post of %(country)s"
msgstr[1] "%(number)s posts of %(country)s"

msgid "country.ci"
msgstr "Ivory Coast"
"""
RUSSIAN = """
msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "hello"
msgstr "<b>Привет</b>, %(name)s"

msgid "posts"
msgid_plural "posts"
msgstr[0] "%(number)s пост"
msgstr[1] "%(number)s поста"
msgstr[2] "%(number)s постов"

msgid "city.Moscow"
msgstr "Москва"
"""
EMPTY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
FACTS = EMPTY + '\nmsgid "Ring twice."\nmsgstr "Звоните дважды."\n'


def write(folder: Path, language: str, text: str, name: str = "bot.po") -> None:
    path = folder / language / "LC_MESSAGES" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Catalog:
    write(tmp_path, "en", ENGLISH)
    write(tmp_path, "ru", RUSSIAN)
    write(tmp_path, "ru", FACTS, "facts.po")
    for language in ("pt", "ar", "zh", "zh-Hant", "de"):
        write(tmp_path, language, EMPTY)
    return Catalog(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("ru", "ru"),
        ("pt-BR", "pt"),
        ("pt-br", "pt"),
        ("PT", "pt"),
        ("zh-hant", "zh-Hant"),
        ("zh_Hant_HK", "zh-Hant"),
        ("zh-hans", "zh"),
        ("uz", "ru"),
        ("kk-KZ", "ru"),
        ("sw", "en"),
        ("", "en"),
        (None, "en"),
        ("../../etc", "en"),
        ("-", "en"),
    ],
)
def test_a_reader_gets_the_nearest_language_that_there_is(made: Catalog, wanted: str | None, language: str) -> None:
    assert made.words(wanted).language == language


def test_what_was_chosen_goes_before_what_telegram_says(made: Catalog) -> None:
    assert made.words("pt", "ru").language == "pt"
    assert made.words(None, "ru").language == "ru"
    assert made.words("sw", "ru").language == "ru"


def test_a_text_that_a_language_lacks_is_english(made: Catalog) -> None:
    russian = made.words("ru")
    assert russian("hello", name="Ada") == "<b>Привет</b>, Ada"
    assert russian.plain("only.english") == "100% English"
    assert made.words("de")("hello", name="Ada") == "<b>Hello</b>, Ada"
    assert made.words("de").count("posts", 2, country="Kenya") == "2 posts of Kenya"


def test_values_are_escaped_in_html_and_left_alone_in_plain_texts(made: Catalog) -> None:
    words = made.words("en")
    assert words("hello", name="<i>%(x)s & %s") == "<b>Hello</b>, &lt;i&gt;%(x)s &amp; %s"
    assert words("hello", name=words("hello", name="&")) == "<b>Hello</b>, <b>Hello</b>, &amp;"
    assert words.plain("hello", name="<&") == "<b>Hello</b>, <&"
    assert words.raw("hello") == "<b>Hello</b>, %(name)s"


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0, "0 posts of Kenya", "0 постов"),
        (1, "1 post of Kenya", "1 пост"),
        (2, "2 posts of Kenya", "2 поста"),
        (5, "5 posts of Kenya", "5 постов"),
        (21, "21 posts of Kenya", "21 пост"),
        (1234, "1,234 posts of Kenya", "1\u00a0234 поста"),
    ],
)
def test_numbers_have_the_plural_form_of_the_language(made: Catalog, number: int, english: str, russian: str) -> None:
    assert made.words("en").count("posts", number, country="Kenya") == english
    assert made.words("ru").count("posts", number) == russian


def test_names_come_from_the_catalogue_else_from_cldr_else_as_they_are(made: Catalog) -> None:
    english, russian = made.words("en"), made.words("ru")
    assert (english.country("ci"), english.country("ke"), english.country("x-nowhere")) == (
        "Ivory Coast",
        "Kenya",
        "X-NOWHERE",
    )
    assert russian.country("ke") == "Кения"
    assert (english.city("Moscow"), russian.city("Moscow"), russian.city("Kazan")) == ("Moscow", "Москва", "Kazan")


def test_sentences_of_the_tables_are_translated_where_a_translation_is_known(made: Catalog) -> None:
    assert made.words("ru").fact("Ring twice.") == "Звоните дважды."
    assert made.words("ru").fact("Ring once.") == "Ring once."
    assert made.words("en").fact("Ring twice.") == "Ring twice."
    assert made.words("ru").fact("") == ""


def test_dates_and_numbers_are_written_as_readers_of_the_language_write_them(made: Catalog) -> None:
    day = date(2026, 11, 22)
    assert made.words("en").date(day) == "22 November 2026"
    assert made.words("ru").date(day) == "22 ноября 2026\u202fг."
    assert made.words("de").date(day) == "22. November 2026"
    assert [made.words(tag).number(1234.56, 1) for tag in ("en", "de")] == ["1,234.6", "1.234,6"]


def isolated(words: Words) -> bool:
    shown = words.left_to_right("+7 495 933-43-11")
    assert shown.strip("\u2066\u2069") == "+7 495 933-43-11"
    return shown != "+7 495 933-43-11" and (shown[0], shown[-1]) == ("\u2066", "\u2069")


def test_numbers_are_isolated_in_right_to_left_texts_and_only_there(made: Catalog) -> None:
    assert {tag: isolated(made.words(tag)) for tag in made.languages} == {
        tag: tag == "ar" for tag in ("ar", "de", "en", "pt", "ru", "zh", "zh-Hant")
    }


def test_every_language_has_a_name_of_its_own(made: Catalog) -> None:
    names = {tag: made.words(tag).own_name for tag in ("en", "ru", "pt", "zh-Hant")}
    assert names == {"en": "English", "ru": "Русский", "pt": "Português", "zh-Hant": "中文 (繁體)"}


def test_without_english_it_is_said_which_file_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "ru", RUSSIAN)
    with pytest.raises(FileNotFoundError, match=r"en/LC_MESSAGES/bot\.po"):
        Catalog(tmp_path)
