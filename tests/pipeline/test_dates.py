"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Stamp
from aggregator.pipeline.dates import FIRST, LAST, read_date

READ = """
2024-06-05T10:00:00Z                         2024-06-05 10:00:00
2024-06-05T10:00:00z                         2024-06-05 10:00:00
2024-06-05T10:00Z                            2024-06-05 10:00:00
2024-06-05T10:00:00.123456+02:00             2024-06-05 08:00:00
2024-06-05T10:00:00.5Z                       2024-06-05 10:00:00
2024-06-05 10:00:00                          2024-06-05 10:00:00
2024-06-05T10:00:00                          2024-06-05 10:00:00
2024-06-05                                   2024-06-05 00:00:00
2024-06-05T24:00:00Z                         2024-06-06 00:00:00
2024-12-31T24:00:00+01:00                    2024-12-31 23:00:00
2024-06-05T10:00:00 +0200                    2024-06-05 08:00:00
2024-06-05T10:00:00 UTC                      2024-06-05 10:00:00
2024-06-05T10:00:00PST                       2024-06-05 18:00:00
2024-06-05 10:00:00 -0400                    2024-06-05 14:00:00
2024-W23-3                                   2024-06-05 00:00:00
2024-157                                     2024-06-05 00:00:00
2024-157T10:00:00+02:00                      2024-06-05 08:00:00
20240605                                     2024-06-05 00:00:00
20240605T103000Z                             2024-06-05 10:30:00
20240605103000                               2024-06-05 10:30:00
202611231200                                 2026-11-23 12:00:00
202688991200                                 1976-06-03 22:29:51
1718000000                                   2024-06-10 06:13:20
1718000000000                                2024-06-10 06:13:20
Wed, 05 Jun 2024 10:00:00 GMT                2024-06-05 10:00:00
Wed, 05 Jun 2024 10:00:00 +0000              2024-06-05 10:00:00
Wed, 05 Jun 2024 10:00:00 -0130              2024-06-05 11:30:00
Wed, 05 Jun 2024 10:00:00 -0700              2024-06-05 17:00:00
Wed, 05 Jun 2024 10:00:00 +05:30             2024-06-05 04:30:00
Wed, 5 Jun 2024 10:00:00 Z                   2024-06-05 10:00:00
Wed, 5 Jun 2024 9:5:3 GMT                    2024-06-05 09:05:03
9時5分 5 Jun 2024                             2024-06-05 09:05:00
05 Jun 2024 10:00:00 GMT                     2024-06-05 10:00:00
Wed, 05 Jun 2024 10:00 EST                   2024-06-05 15:00:00
Wed, 05 Jun 2024 10:00:00 EDT                2024-06-05 14:00:00
Wed, 05 Jun 2024 10:00:00 PDT                2024-06-05 17:00:00
Wed, 05 Jun 2024 10:00:00 BST                2024-06-05 09:00:00
Wed, 05 Jun 2024 10:00:00 CET                2024-06-05 09:00:00
Wed, 05 Jun 2024 10:00:00 CEST               2024-06-05 08:00:00
Wed, 05 Jun 2024 10:00:00 EEST               2024-06-05 07:00:00
Wed, 05 Jun 2024 10:00:00 MSK                2024-06-05 07:00:00
Wed, 05 Jun 2024 10:00:00 IST                2024-06-05 04:30:00
Wed, 05 Jun 2024 10:00:00 JST                2024-06-05 01:00:00
Wed, 05 Jun 2024 10:00:00 AEST               2024-06-05 00:00:00
Wed, 05 Jun 2024 10:00:00 NPT                2024-06-05 04:15:00
Wed, 05 Jun 2024 10:00:00 NST                2024-06-05 13:30:00
Wed, 05 Jun 2024 10:00:00 XYZ                2024-06-05 10:00:00
Wed, 05 Jun 2024 10:00:00                    2024-06-05 10:00:00
Wed, 05 Jun 2024 24:00:00 GMT                2024-06-06 00:00:00
Wed, 05 Jun 2024 10:00:60 GMT                2024-06-05 10:00:59
Wed, 05 Jun 2024 10:00:00 +1430              2024-06-04 19:30:00
Wed, 05 Jun 2024 10:00:00 +1600              2024-06-05 10:00:00
Wed, 05 Jun 24 10:00:00 GMT                  2024-06-05 10:00:00
Sat, 05 Jun 99 10:00:00 GMT                  1999-06-05 10:00:00
Wed, Jun 05 2024 10:00:00 GMT                2024-06-05 10:00:00
Wednesday, 05 June 2024 10:00:00 GMT         2024-06-05 10:00:00
Wed, 05 Jun 2024                             2024-06-05 00:00:00
Wed Jun 05 2024 10:00:00 GMT+0200 (CEST)     2024-06-05 08:00:00
Thu, 01 Jan 2004 19:48:21 GMT-05:00          2004-01-02 00:48:21
Tue, 04 Jun 2024 10:00:00 Etc/GMT            2024-06-04 10:00:00
Sun Jan  4 16:29:06 2004                     2004-01-04 16:29:06
Sun Jan  4 16:29:06 PST 2004                 2004-01-05 00:29:06
Sun Jan 04 16:29:06 +0100 2004               2004-01-04 15:29:06
Fri, 2006/09/15 08:19:53 EDT                 2006-09-15 12:19:53
2016/6/29 15:07:41                           2016-06-29 15:07:41
2024/06/05                                   2024-06-05 00:00:00
05-Jun-2024 10:00:00                         2024-06-05 10:00:00
5 Jun 2024 10h30                             2024-06-05 10:30:00
13/5/2024 15:07                              2024-05-13 15:07:00
12:00 23-11-2026                             2026-11-23 12:00:00
12:00 2026-11-23                             2026-11-23 12:00:00
12:00 23-11-2026 +0200                       2026-11-23 10:00:00
12:00 23-Nov-2026                            2026-11-23 12:00:00
5/13/2024 15:07                              2024-05-13 15:07:00
6/5/2024 3:07:41 PM                          2024-06-05 15:07:41
5/5/2024                                     2024-05-05 00:00:00
June 5th, 2024 5:04 pm                       2024-06-05 17:04:00
Jun 5, 2024 12:30 a.m. EST                   2024-06-05 05:30:00
Jun 5, 2024, 12:30 PM                        2024-06-05 12:30:00
05.06.2024                                   2024-06-05 00:00:00
05.06.2024 14:30                             2024-06-05 14:30:00
5.6.24 14:30:10                              2024-06-05 14:30:10
Mo, 25 Jun 2012 10:00:00 +0200               2012-06-25 08:00:00
Mi, 05 Jun 2024 10:00:00 +0200               2024-06-05 08:00:00
5. Juni 2024 10:00                           2024-06-05 10:00:00
Di, 05 Mär 2024 10:00:00 +0100               2024-03-05 09:00:00
mercredi 5 août 2024 à 10:00                 2024-08-05 10:00:00
ven, 02 févr. 2024 10:00:00 +0100            2024-02-02 09:00:00
5 de junio de 2024                           2024-06-05 00:00:00
lun, 05 ago 2024 10:00:00 +0200              2024-08-05 08:00:00
gio, 06 giu 2024 10:00:00 +0200              2024-06-06 08:00:00
wo, 05 jun 2024 10:00:00 +0200               2024-06-05 08:00:00
śr, 05 cze 2024 10:00:00 +0200               2024-06-05 08:00:00
Ср, 05 июн 2024 10:00:00 +0300               2024-06-05 07:00:00
5 июня 2024 10:00                            2024-06-05 10:00:00
Κυρ, 11 Ιούλ 2004 12:00:00 EST               2004-07-11 17:00:00
Çar, 05 Haz 2024 10:00:00 +0300              2024-06-05 07:00:00
2004년 05월 28일 오전 01:31:15                2004-05-28 01:31:15
2004-05-25 오후 11:23:17                      2004-05-25 23:23:17
2024年6月5日 15:04                             2024-06-05 15:04:00
2024年6月5日 下午3:04                          2024-06-05 15:04:00
"""


@pytest.mark.parametrize("line", READ.strip().splitlines(), ids=lambda line: line[:44].strip())
def test_a_date_that_can_be_told(line: str) -> None:
    """Each is read by ourselves, whatever the parser made of it."""
    text, moment = line[:-19].strip(), line[-19:]
    found = read_date(Stamp(text, datetime(2001, 1, 1, tzinfo=UTC)))
    assert found is not None
    assert found.replace(microsecond=0) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "n/a",
        "0",
        "-1",
        "2024",
        "10:00",
        "0001-01-01T00:00:00",  # .NET's unset date
        "0000-00-00 00:00:00",  # MySQL's
        "1970-01-01T00:00:00Z",  # the epoch: a clock that was never set
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "-0001-11-30T00:00:00+00:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T24:00:00Z",  # midnight of a day after the last
        "2024-13-45T00:00:00Z",
        "Thu, 31 Jun 2024 10:00:00 GMT",
        "05/06/2024",  # May or June?
        "99999999999999999999",
        "2024-06-05T25:00:00Z",
    ],
)
def test_a_date_that_cannot_be_told(text: str) -> None:
    """There is no guess: None."""
    assert read_date(Stamp(text)) is None


def test_the_parser_reads_what_we_cannot() -> None:
    """A date in words we do not know is taken from the parser, unless it is out of range."""
    known = datetime(2004, 7, 13, 14, 15, tzinfo=UTC)
    assert read_date(Stamp("2004-július-13T9:15-05:00", known)) == known
    assert read_date(Stamp("", known)) == known
    assert read_date(Stamp("?", datetime(1900, 1, 1, tzinfo=UTC))) is None


def test_our_reading_goes_before_the_parsers() -> None:
    """feedparser reads epoch seconds as the year 1717, and CEST as UTC."""
    wrong = datetime(1717, 1, 1, tzinfo=UTC)
    assert read_date(Stamp("1718000000", wrong)) == datetime(2024, 6, 10, 6, 13, 20, tzinfo=UTC)


@given(st.text(max_size=60) | st.from_regex(r"[0-9 :/.,TZ+\-]{0,30}", fullmatch=True))
def test_anything_at_all(text: str) -> None:
    """Whatever stands there, the answer is a moment of our time in UTC, or None."""
    moment = read_date(Stamp(text))
    assert moment is None or (FIRST <= moment < LAST and moment.tzinfo is UTC)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_what_the_standards_ask_for(moment: datetime) -> None:
    """RFC 3339 and RFC 5322 dates are read to the second."""
    second = moment.replace(microsecond=0)
    assert read_date(Stamp(moment.isoformat())) == moment
    assert read_date(Stamp(second.strftime("%a, %d %b %Y %H:%M:%S +0000"))) == second
    assert read_date(Stamp(second.strftime("%d %b %Y %H:%M:%S GMT"))) == second
