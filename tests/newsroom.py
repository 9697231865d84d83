"""Invented news for the tests of what is ranked, composed and mailed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig, TopicConfig
from aggregator.model import Entry, Folded, Issue, Source, StoredEntry, Tag, Telling
from aggregator.pipeline.compose import compose
from aggregator.pipeline.rank import rank
from aggregator.pipeline.story import group
from aggregator.pipeline.telling import tellings
from aggregator.templates import Templates

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WORDS = Templates(None)

Text = tuple[str, str, str]  # title, excerpt, topic

ENGLISH: tuple[Text, ...] = (
    (
        "Ministers sign a mutual defence treaty after eleven hours of talks",
        "The pact obliges each side to consult within a day and to open its ports to the other’s ships. It enters "
        "into force once four parliaments have agreed, which diplomats expect before the summer.",
        "geopolitics",
    ),
    (
        "Central bank holds its rate and hints at a cut in spring",
        "Prices rose by 1.9 per cent over the year, the smallest step since the index was redrawn. Two of nine "
        "members voted for an immediate cut.",
        "economy",
    ),
    (
        "A river ferry that runs on nothing but the current",
        "Tethered to a cable above the water, the boat is pushed across by the stream. Engineers have now put "
        "sensors on a design from the seventeenth century.",
        "",
    ),
    (
        "Grain ships leave harbour under a new inspection scheme",
        "Inspectors of three countries board each vessel at the same time, which takes half a day and no longer four.",
        "geopolitics",
    ),
    (
        "What the telescope saw when it looked at nothing",
        "A patch of sky chosen for its emptiness held four thousand galaxies.",
        "science",
    ),
    (
        "Court strikes down a law on the retention of phone records",
        "The judges found the law too broad. Parliament has a year to write a narrower one.",
        "",
    ),
    (
        "Bicycle lanes: fewer accidents, and slower buses",
        "A count over five years at sixty crossings gives both sides of an old quarrel something to cite.",
        "",
    ),
    (
        "Antarctic station answers after nine days of silence",
        "A cable had been eaten by frost. The eleven people who winter there are well.",
        "science",
    ),
    (
        "Two neighbours agree where the sea between them ends",
        "The line follows an old chart that both of them had disputed for forty years.",
        "geopolitics",
    ),
    (
        "Shipping rates fall for the seventh week in a row",
        "New vessels ordered in better times are being delivered into a market that has no need of them.",
        "economy",
    ),
    (
        "A beetle thought extinct turns up in a museum’s own garden",
        "It sat on a rose bush, forty paces from the drawer that holds the last known specimen.",
        "science",
    ),
    (
        "Small banks may keep simpler books, the regulator says",
        "The rule spares two hundred lenders a report that, on average, three people read.",
        "economy",
    ),
)
RUSSIAN: tuple[Text, ...] = (
    (
        "Министры подписали договор о взаимной обороне после одиннадцати часов переговоров",
        "Документ обязывает стороны проводить консультации в течение суток и открыть порты для кораблей союзников. "
        "Он вступит в силу после одобрения четырьмя парламентами.",
        "geopolitics",
    ),
    (
        "Центральный банк сохранил ставку и намекнул на снижение весной",
        "Цены выросли на 1,9 процента за год — это самый малый шаг с тех пор, как индекс был пересмотрен.",
        "economy",
    ),
    (
        "Паром, который движет само течение реки",
        "Лодка привязана к тросу над водой, и поток сам толкает её от берега к берегу.",
        "",
    ),
)
ARABIC: tuple[Text, ...] = (
    (
        "الوزراء يوقعون معاهدة دفاع مشترك بعد محادثات استمرت إحدى عشرة ساعة",
        "تلزم المعاهدة كل طرف بالتشاور خلال يوم واحد وفتح موانئه أمام سفن الطرف الآخر، وتدخل حيز التنفيذ بعد موافقة "
        "أربعة برلمانات.",
        "geopolitics",
    ),
    (
        "البنك المركزي يبقي سعر الفائدة ويلمح إلى خفض في الربيع",
        "ارتفعت الأسعار بنسبة 1.9 في المئة خلال العام، وهي أصغر زيادة منذ تعديل المؤشر.",
        "economy",
    ),
    ("عبّارة لا يدفعها سوى تيار النهر", "القارب مربوط بحبل فوق الماء، والتيار يدفعه من ضفة إلى أخرى.", ""),
    (
        "سفن الحبوب تغادر الميناء وفق نظام تفتيش جديد",
        "يصعد مفتشون من ثلاث دول إلى كل سفينة في الوقت نفسه، فيستغرق ذلك نصف يوم بدلاً من أربعة أيام.",
        "geopolitics",
    ),
    ("ما رآه المنظار حين نظر إلى الفراغ", "في رقعة من السماء اختيرت لخلوها وُجدت أربعة آلاف مجرة.", "science"),
    ("أسعار الشحن تنخفض للأسبوع السابع على التوالي", "تدخل السفن الجديدة سوقًا لا حاجة لها بها.", "economy"),
    (
        "محطة في القطب الجنوبي ترد بعد تسعة أيام من الصمت",
        "أتلف الصقيع أحد الكابلات، والمقيمون الأحد عشر بخير.",
        "science",
    ),
)
JAPANESE: tuple[Text, ...] = (
    (
        "閣僚ら、11時間に及ぶ協議の末に相互防衛条約に署名",
        "条約は双方に24時間以内の協議と、相手国の船舶への港の開放を義務づける。四つの議会の承認を経て発効する見通しで、"
        "外交筋は夏までの発効を見込んでいる。",
        "geopolitics",
    ),
    (
        "中央銀行が金利を据え置き、春の利下げを示唆",
        "物価の上昇率は前年比1.9パーセントで、指数の改定以来もっとも小さかった。九人の委員のうち二人が即時の利下げを求めた。",
        "economy",
    ),
    ("川の流れだけで進む渡し舟", "水上の綱につながれた舟は、流れに押されて岸から岸へ渡る。", ""),
    (
        "穀物船、新たな検査制度のもとで出港",
        "三か国の検査官が同時に乗船するため、四日かかっていた検査が半日で終わるようになった。",
        "geopolitics",
    ),
    ("望遠鏡が何もない空を見て捉えたもの", "何もないとして選ばれた空の一角に、四千の銀河が写っていた。", "science"),
    ("海上運賃、七週連続で下落", "好況期に発注された新造船が、必要とされない市場に次々と引き渡されている。", "economy"),
    ("南極の基地、九日ぶりに応答", "通信線が凍結で損傷していた。越冬中の十一人は全員無事である。", "science"),
)

TOPICS = (
    TopicConfig(name="geopolitics", title="Geopolitics"),
    TopicConfig(name="economy", title="Economy"),
    TopicConfig(name="science", title="Science & Nature"),
)
NAMES = ("Example Net", "The Sample Courier", "Harbour News", "Daily Specimen", "Instance Review")


def source(number: int) -> Source:
    """Make one of the sources."""
    site = f"site{number}.example.net"
    title = NAMES[number % len(NAMES)] + (f" {number // len(NAMES) + 1}" if number >= len(NAMES) else "")
    return Source(number + 1, f"https://{site}/feed", title, f"https://{site}/", site)


def stored(
    id: int,
    *,
    title: str = "A title",
    excerpt: str = "What happened, in short.",
    published: datetime = NOW,
    by: int = 0,
    topics: Sequence[str] = (),
    url: str | None = None,
    language: str = "en",
    text: str = "",
    story: int = 0,
) -> StoredEntry:
    """Make an entry as the store gives it back."""
    address = f"https://site{by}.example.net/2026/{id}?from=a&to=b" if url is None else url
    entry = Entry(
        guid=address,
        url=address,
        key=address,
        title=title,
        author="",
        html="",
        text=text or excerpt,
        excerpt=excerpt,
        language=language,
        published=published,
        published_from="published",
        updated=None,
        fingerprint=f"1:{id}",
        words=f"1:{id}",
    )
    tags = tuple(Tag(topic, "words", "treaty") for topic in topics)
    return StoredEntry(
        id=id,
        uid=f"tag:example.org,2026:entry/{id:04}",
        source=source(by),
        entry=entry,
        first_seen=published,
        last_seen=NOW,
        surfaced=published,
        changed=published,
        reach="all",
        text_set=id,
        story=story,
        story_uid=f"tag:example.org,2026:entry/{story:04}" if story else "",
        tags=tags,
    )


def told(lead: StoredEntry, *others: StoredEntry) -> Folded:
    """Fold copies under their lead."""
    return Folded(lead, others, lead.uid)


def stories(folded: Sequence[Folded]) -> tuple[Telling, ...]:
    """Tell texts as the stories they are, to readers who know nothing yet."""
    return tellings(group(folded), since=NOW - timedelta(days=1000), told={})


def news(count: int, *, texts: Sequence[Text] = ENGLISH, language: str = "en", sources: int = 5) -> list[Folded]:
    """Make ``count`` texts by several publishers, two hours apart; each fifth of them is carried by three."""
    folded = []
    for number in range(count):
        title, excerpt, topic = texts[number % len(texts)]
        numbered = title if number < len(texts) else f"{title} ({number // len(texts) + 1})"
        lead = stored(
            number + 1,
            title=numbered,
            excerpt=excerpt,
            published=NOW - timedelta(hours=2 * number, minutes=7 * number),
            by=number % sources,
            topics=[topic] if topic else [],
            language=language,
        )
        copies = [stored(1000 + number * 10 + n, by=(number + n) % sources) for n in (1, 2)] if number % 5 == 0 else []
        folded.append(told(lead, *copies))
    return folded


def digest(**changes: Any) -> DigestConfig:
    """Make a digest."""
    return replace(DigestConfig(name="morning", title="Morning briefing", when="daily 07:00"), **changes)


def issue(
    folded: Sequence[Folded], *, size: int = 500, language: str = "en", home: str = "", **changes: object
) -> Issue:
    """Rank and compose."""
    return compose(
        digest(**changes),
        rank(stories(folded), now=NOW, size=size),
        topics=TOPICS,
        period="2026-11-23",
        since=NOW - timedelta(days=1),
        until=NOW,
        now=NOW,
        frame=WORDS.frame(language),
        zone=BERLIN,
        home=home,
    )
