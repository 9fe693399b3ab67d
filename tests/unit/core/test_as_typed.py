"""Days, months, names and words are read as they were meant."""

from datetime import date

import pytest

from benefits.core.as_typed import read_day, read_last_day, tidy, tidy_name
from benefits.core.code_table import code_table


@pytest.mark.parametrize(
    "typed",
    [
        "2019-5-1",
        "2019-05-01",
        "2019/05/01",
        "2019.5.1",
        "2019年5月1日",
        "2019年05月01",
        "20190501",
        "43586",
        "43586.5",
        "２０１９－０５－０１",
        "２０１９年５月１日",
        "\u30002019-05-01 ",
        "2019-05-01 00:00:00",
        "2019/5/1 8:30",
    ],
)
def test_days_however_written(typed: str) -> None:
    assert read_day(typed) == date(2019, 5, 1)


@pytest.mark.parametrize(
    "typed", ["二零一九年春", "2019", "2019-13-01", "2019-02-29", "01/05/2019", "1899-12-31", "201905", "昨天"]
)
def test_what_is_no_day(typed: str) -> None:
    assert read_day(typed) is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2019-12", date(2019, 12, 31)),
        ("2020年2月", date(2020, 2, 29)),
        ("201902", date(2019, 2, 28)),
        ("2019/6", date(2019, 6, 30)),
        ("2019-06-30", date(2019, 6, 30)),
        ("2019-06-17", date(2019, 6, 17)),
        ("2019-06-01", date(2019, 6, 30)),
        ("2019-13", None),
        ("年底", None),
    ],
)
def test_a_month_means_its_last_day(typed: str, day: date | None) -> None:
    assert read_last_day(typed) == day


def test_rare_characters_survive_and_punctuation_stays() -> None:
    for name in ("潘姬㛃", "䶮", "王𬭩", "𠮷野", "\uf9d1", "𪚥"):
        assert tidy(f"\u3000{name} ") == name
        assert tidy_name(name) == name
    assert tidy("后勤（一）") == "后勤（一）"
    assert tidy("ＡＢ１２") == "AB12"
    assert tidy_name("王\u3000芳") == "王芳"
    assert tidy_name("Anna Maria") == "Anna Maria"
    assert tidy("=1+1") == "=1+1"


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("全国劳动模范", "national"),
        ("安徽省劳动模范", "provincial"),
        ("北京市劳动模范", "provincial"),
        ("全国五一劳动奖章", "provincial"),
        ("全国卫生系统先进工作者", "provincial"),
        ("安徽省五一劳动奖章", "provincial_may_day_medal"),
        ("合肥市劳动模范", "municipal"),
        ("合肥市五一劳动奖章", "commendation"),
        ("全国三八红旗手", "commendation"),
        ("优秀的人", None),
    ],
)
def test_honours_have_levels(title: str, level: str | None) -> None:
    assert code_table("honour_level").read(title) == level


def test_a_table_reads_words_and_shows_both_languages() -> None:
    table = code_table("ethnicity")
    assert len(table.labels) == 58
    assert table.read("汉") == table.read("汉族") == table.read(" 汉 ") == "01"
    assert (table.label("22", "zh-CN"), table.label("22", "en")) == ("畲", "She")
    assert table.label("gone", "en") == "gone"
    assert table.read("火星") is None
