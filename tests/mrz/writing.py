"""A holder -> lines of any format, check digits in place: written apart from the parser, straight from Doc 9303."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.types.mrz import MrzFormat, check_digit


@dataclass(frozen=True)
class Holder:
    code: str = "P"
    state: str = "UTO"
    surname: str = "ERIKSSON"
    given: str = "ANNA<MARIA"
    number: str = "L898902C3"
    nationality: str = "UTO"
    birth: str = "740812"
    sex: str = "F"
    expiry: str = "320415"
    optional: str = ""


def write(layout: MrzFormat, holder: Holder) -> tuple[str, ...]:
    head = holder.code.ljust(2, "<") + holder.state.ljust(3, "<")
    name = f"{holder.surname}<<{holder.given}" if holder.given else holder.surname
    number = holder.number.ljust(9, "<")
    numbered = number + check_digit(number)
    birth = holder.birth + check_digit(holder.birth)
    expiry = holder.expiry + check_digit(holder.expiry)
    if layout is MrzFormat.TD1:
        first = (head + numbered + holder.optional).ljust(30, "<")
        second = (birth + holder.sex + expiry + holder.nationality.ljust(3, "<")).ljust(29, "<")
        composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        return first, second + composite, name[:30].ljust(30, "<")
    if layout is MrzFormat.FRAID:
        number = holder.number.ljust(12, "<")
        first = ("IDFRA" + holder.surname[:25]).ljust(36, "<")
        second = number + check_digit(number) + holder.given.replace("<", "<<")[:14].ljust(14, "<") + birth + holder.sex
        return first, second + check_digit(first + second)
    body = numbered + holder.nationality.ljust(3, "<") + birth + holder.sex + expiry
    if layout is MrzFormat.TD3:
        optional = holder.optional.ljust(14, "<")
        body += optional + check_digit(optional)
        body += check_digit(body[0:10] + body[13:20] + body[21:43])
    elif layout is MrzFormat.TD2:
        body += holder.optional[:7].ljust(7, "<")
        body += check_digit(body[0:10] + body[13:20] + body[21:35])
    length = 44 if layout in (MrzFormat.TD3, MrzFormat.MRVA) else 36
    if layout in (MrzFormat.MRVA, MrzFormat.MRVB):
        body = (body + holder.optional)[:length]
    return (head + name)[:length].ljust(length, "<"), body.ljust(length, "<")


def code_for(layout: MrzFormat) -> str:
    return {MrzFormat.TD3: "P", MrzFormat.MRVA: "V", MrzFormat.MRVB: "V"}.get(layout, "I")
