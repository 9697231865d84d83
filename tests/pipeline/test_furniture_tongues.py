"""Furniture in Arabic, Chinese, Japanese, Korean, Polish, Russian and Turkish: what is cut, and what is not."""

import pytest

from aggregator.pipeline.furniture_tongues import BEGINNINGS, FIRST
from tests.pipeline.test_cuts import left, paragraphs

PROSE = {
    "ar": (
        "أعلنت بلدية المدينة يوم الثلاثاء عن خطة لتوسيع شبكة المياه.",
        "وستغلق خمسة شوارع أمام حركة المرور خلال الحفر.",
    ),
    "zh": ("市政府周三宣布，将在三年内改造老旧小区的供暖管道。", "据介绍，现有管道大多建于上世纪八十年代。"),
    "ja": (
        "市は三日、中央図書館を来年四月から二年間休館すると発表した。",
        "図書館は一九七四年に開館し、市民に親しまれている。",
    ),
    "ko": ("시는 3일 중앙도서관을 내년 4월부터 휴관한다고 밝혔다.", "도서관은 해마다 약 42만 명이 이용하고 있다."),
    "pl": ("Władze ogłosiły początek remontu mostu, który potrwa do września.", "Wiosną nurkowie znaleźli pęknięcia."),
    "ru": ("Власти объявили о начале ремонта моста, он продлится до сентября.", "Весной водолазы обнаружили трещины."),
    "tr": ("İl yönetimi köprü onarımının başladığını duyurdu.", "Baharda dalgıçlar iki ayakta çatlak buldu."),
}
CUT = {
    "ar": (
        "شارك على فيسبوك",
        "اقرأ أيضا: ارتفاع أسعار المياه",
        "اشترك في النشرة البريدية ليصلك كل جديد",
        "اترك تعليقاً",
        "جميع الحقوق محفوظة",
        "لن يتم نشر عنوان بريدك الإلكتروني.",
    ),
    "zh": ("分享到：", "【责任编辑：某某】", "版权声明：本网所有内容。", "扫一扫关注公众号", "发表评论", "阅读全文"),
    "ja": (
        "このニュースをシェア",
        "続きを読む",
        "無断転載を禁じます。",
        "この記事は有料会員記事です。残り1234文字",
        "コメントを残す",
        "メールアドレスが公開されることはありません。",
    ),
    "ko": ("공유하기", "무단 전재 및 재배포 금지", "구독하기", "댓글 남기기", "이메일 주소는 공개되지 않습니다."),
    "pl": (
        "Udostępnij",
        "Czytaj także: Prom wróci wiosną",
        "Zapisz się do naszego newslettera",
        "Dodaj komentarz",
        "Twój adres e-mail nie zostanie opublikowany. Wymagane pola są oznaczone *",
    ),
    "ru": (
        "Поделиться",
        "Читайте также: Паром вернётся весной",
        "Подписывайтесь на наш канал",
        "Подпишитесь, чтобы не пропустить главное",
        "Подпишитесь на «Вечерний вестник» в Telegram",
        "Оставить комментарий",
        "Все права защищены",
        "Ваш адрес email не будет опубликован. Обязательные поля помечены *",
    ),
    "tr": (
        "Paylaş",
        "Bültenimize abone olun",
        "Bir yanıt yazın",
        "Tüm hakları saklıdır",
        "E-posta adresiniz yayınlanmayacak. Gerekli alanlar * ile işaretlenmişlerdir",
    ),
}
LISTS = {
    "ar": "مواضيع ذات صلة",
    "zh": "相关阅读",
    "ja": "【関連記事】",
    "ko": "관련기사",
    "pl": "Zobacz także",
    "ru": "Читайте также",
    "tr": "İlgili Haberler",
}
STAYS = {
    "ar": ("شارك في الاجتماع ممثلون عن سبع مدن.", "كل شيء هادئ في المدينة هذا الصباح."),
    "zh": ("评论", "关注的重点是水价和工期，居民希望早日完工。", "分享会在周末举行，约有三百人参加。"),
    "ja": ("コメント", "保存", "この日は朝から雨が降り、人通りは少なかった。", "人気の店には長い列ができた。"),
    "ko": ("관련 법률은 내년 1월부터 시행된다.", "많이 내린 눈으로 길이 막혔다."),
    "pl": ("Zapisz się na kurs do piątku, mówi dyrektor szkoły.", "Komentarz eksperta: most jest bezpieczny."),
    "ru": (
        "Подпишитесь под обращением до пятницы, просит мэр.",
        "Поделиться впечатлениями удалось не всем гостям.",
        "Все жители были вовремя предупреждены.",
    ),
    "tr": ("Bu yıl kar erken geldi, yollar kapandı.", "Son yıllarda köprüden geçenlerin sayısı arttı."),
}


@pytest.mark.parametrize(("tongue", "line"), [(tongue, line) for tongue, lines in CUT.items() for line in lines])
def test_a_line_of_furniture_is_cut(tongue: str, line: str) -> None:
    assert left(paragraphs(*PROSE[tongue], line)) == list(PROSE[tongue])


@pytest.mark.parametrize("tongue", LISTS)
def test_a_list_of_other_articles_is_cut_with_its_heading(tongue: str) -> None:
    links = "".join(f"<li><a href='/{n}'>{line[:12]}</a></li>" for n, line in enumerate(PROSE[tongue]))
    assert left(f"{paragraphs(*PROSE[tongue])}<h3>{LISTS[tongue]}</h3><ul>{links}</ul>") == list(PROSE[tongue])


@pytest.mark.parametrize(("tongue", "line"), [(tongue, line) for tongue, lines in STAYS.items() for line in lines])
def test_prose_that_begins_like_furniture_stays(tongue: str, line: str) -> None:
    first, second = PROSE[tongue]
    assert left(paragraphs(first, line, second)) == [first, line, second]


def test_first_words_are_single_and_lower_case() -> None:
    assert all(word == word.casefold() and " " not in word for word in FIRST)
    assert all(len(signs) == 2 for signs in BEGINNINGS)
