"""Amounts in Chinese capitals (大写金额), as vouchers and bank forms want them."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LIMIT = Decimal(10) ** 16


def capital_amount(amount: Decimal) -> str:
    """An exact amount in capitals: 1010.10 is 壹仟零壹拾元壹角整, 100.05 is 壹佰元零伍分.

    Rules: 《支付结算办法》 annex 1, 正确填写票据和结算凭证的基本规定: 整 after 元 and 角, never after 分;
    one 零 for a run of zeros between figures, and before 分 where 角 is zero. Before 角 after a 元 that ends
    in zero it is optional and left out.
    Raises ValueError for fractions of a fen, and for 10^16 and above.
    """
    if not amount.is_finite() or abs(amount) >= _LIMIT or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("not an amount in whole fen below 10^16")
    sign = "负" if amount < 0 else ""
    yuan, fen = divmod(int(abs(amount) * 100), 100)
    return sign + _whole(yuan) + _cents(fen, bare=yuan == 0)


def _whole(yuan: int) -> str:
    """The part before the decimal point with its 元; nothing where it is zero."""
    text = ""
    gap = False  # zeros since the last figure
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // 10_000**power % 10_000
        for place in range(3, -1, -1):
            digit = group // 10**place % 10
            if digit == 0:
                gap = bool(text)
                continue
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        if group:
            text += _GROUPS[power]
    return f"{text}元" if text else ""


def _cents(fen: int, *, bare: bool) -> str:
    """角 and 分; `bare` when nothing stands before them."""
    jiao, rest = divmod(fen, 10)
    if fen == 0:
        return "零元整" if bare else "整"
    if rest == 0:
        return f"{_DIGITS[jiao]}角整"
    if jiao == 0:
        return f"{'' if bare else '零'}{_DIGITS[rest]}分"
    return f"{_DIGITS[jiao]}角{_DIGITS[rest]}分"
