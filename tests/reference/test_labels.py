from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.reference.labels import languages, load_language, shipped_languages, shipped_words, words_of
from pipeline.reference.templates import load_template, parse_template, shipped_templates
from pipeline.types.documents import DocumentKind

GOOD = """
language = "Portuguese"
other = ["Altura"]
[titles]
work-permit = ["Autorização de trabalho"]
[fields]
surname = ["Apelidos", "Sobrenome"]
given_names = ["Nomes próprios"]
[words]
months = [["jan"], ["fev"], ["março"], [], [], [], [], [], [], [], [], ["dez"]]
female = ["feminino"]
"""
ANY = """
title = "Any"
kind = "work-permit"
any_language = true
[fields.surname]
mandatory = true
[fields.document_number]
labels = ["Blank No."]
labels_of = ["card_number"]
"""


def test_english_french_and_spanish_are_shipped_and_name_every_field() -> None:
    assert [one.name for one in shipped_languages()] == ["English", "Spanish", "French"]
    english = set(shipped_languages()[0].fields)
    for language in shipped_languages():
        assert set(language.fields) == english, language.name
        assert all(language.words.months)
        assert set(language.titles) >= {DocumentKind.PASSPORT, DocumentKind.WORK_PERMIT}


def test_a_template_takes_the_labels_of_every_language_after_its_own() -> None:
    template = parse_template("any", ANY)
    surname, number = template.fields
    assert surname.labels[0] == "Surname"
    assert {"Nom", "Apellidos"} <= set(surname.labels)
    assert number.labels[:2] == ("Blank No.", "Card No.")
    assert "Document No." not in number.labels
    assert {"Work permit", "Permis de travail", "Permiso de trabajo"} <= set(template.wordings[0])
    assert "Taille" in template.other_labels


def test_labels_in_two_languages_are_two_groups_and_synonyms_of_one_are_one() -> None:
    (surname, _) = parse_template("any", ANY).fields
    groups = {label: number for number, group in enumerate(surname.synonyms) for label in group}
    assert groups["Surname"] == groups["Family name"]
    assert len({groups["Surname"], groups["Nom"], groups["Apellidos"]}) == 3


def test_a_language_of_the_users_own(tmp_path: Path) -> None:
    path = tmp_path / "pt.toml"
    path.write_text(GOOD, encoding="utf-8")
    (tmp_path / "any.toml").write_text(ANY, encoding="utf-8")
    spoken = languages((path,))
    template = load_template(tmp_path / "any.toml", spoken)
    assert "Sobrenome" in template.fields[0].labels
    assert "Autorização de trabalho" in template.wordings[0]
    assert "MARCO" in template.fields[0].words.months[2]
    permit = next(one for one in shipped_templates(spoken) if one.name == "generic-work-permit")
    assert "Sobrenome" in next(field for field in permit.fields if field.name == "surname").labels
    described = next(one for one in shipped_templates(spoken) if one.name == "utopia-work-permit")
    assert "Sobrenome" not in {label for field in described.fields for label in field.labels}


def test_without_own_languages_nothing_is_loaded_anew() -> None:
    assert languages(()) is shipped_languages()
    assert shipped_templates(languages(())) is shipped_templates(languages(()))
    assert words_of(shipped_languages()) == shipped_words()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "colour = 1", "words.colour"),
        (GOOD.replace("surname =", "shoe_size ="), "fields.shoe_size: no such field"),
        (GOOD.replace("work-permit", "licence"), "titles.licence"),
        (GOOD.replace('"Sobrenome"', '"Altura"'), "fields.surname: 'Altura' is also a label of other"),
        (GOOD.replace('["jan"], ', ""), "words.months"),
        (GOOD.replace('"fev"', '"2"'), "words.months.1.0"),
        (GOOD.replace('language = "Portuguese"', ""), "key language"),
        (GOOD + "x = 3 3", "line "),
    ],
)
def test_a_fault_names_its_line_or_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "pt.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="labels pt") as caught:
        load_language(tmp_path / "pt.toml")
    assert says in str(caught.value)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml"):
        load_language(tmp_path / "gone.toml")


def test_a_template_that_names_labels_of_no_field_is_refused() -> None:
    with pytest.raises(UsageError, match="labels_of: no such field: shoe_size"):
        parse_template("any", ANY.replace("card_number", "shoe_size"))
    with pytest.raises(UsageError, match=r"fields\.surname\.labels: Field required"):
        parse_template("any", ANY.replace("any_language = true", ""))
