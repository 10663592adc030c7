"""What the help, the manual and the messages name exists, and what exists is named."""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import re
import subprocess

from house import fact
from person import DONE, USAGE

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROMISED = ("init pair write list search show on-this-day stats attachment letters reply react share edit history delete question reflect mood checkin appreciate prompt languages "
            "closeness gesture need promise repair plan talk do answers practices trends guide pause resume today config status "
            "watch sync lock unlock passphrase doctor backup restore daemon words import export device recover part bundle").split()
# Words that follow the program's name in a sentence, where it is not a command.
SENTENCE = {"alone", "and", "ever", "follows", "knows", "or", "was", "is", "with", "itself", "does", "has", "keeps", "asks"}


def verbs_of(help_text):
    """The verbs a help text lists: an indented word followed by two spaces and its description."""
    return set(re.findall(r"^ {1,6}([a-z][a-z-]*)(?=[ ,\[<]|$)", help_text, re.MULTILINE))


def helps(ada):
    """verb -> its help; '' is the whole."""
    whole = ada.duolog("--help").text
    return whole, {verb: ada.duolog(verb, "--help").text for verb in sorted(all_verbs(ada))}


def all_verbs(ada):
    listed = verbs_of(ada.duolog("--help").text)
    return {verb for verb in listed | set(PROMISED) if ada.run(verb, "--help").code == DONE}


@fact
def every_verb_that_is_promised_is_listed_and_has_help(house):
    ada = house.person("Ada")
    whole = ada.duolog("--help").text
    for verb in PROMISED:
        assert re.search(rf"\b{verb}\b", whole), f"{verb} is not in duolog --help"
        text = ada.duolog(verb, "--help").text
        assert "duolog" in text and verb in text, text


@fact
def what_the_help_lists_exists(house):
    ada = house.person("Ada")
    assert ada.duolog("help").text == ada.duolog("--help").text
    for verb in verbs_of(ada.duolog("--help").text):
        answer = ada.run(verb, "--help")
        assert answer.code == DONE, f"duolog --help lists {verb}, but: {answer.said}"


@fact
def every_example_in_a_help_text_is_a_command_that_exists(house):
    ada = house.person("Ada")
    whole, of_verb = helps(ada)
    everywhere = flags_of(whole)
    for place, text in [("--help", whole), *of_verb.items()]:
        for verb, flags in examples(text):
            assert verb in of_verb, f"help of {place} shows `duolog {verb}`, which does not exist"
            unknown = flags - flags_of(of_verb[verb]) - everywhere
            assert not unknown, f"help of {place} shows `duolog {verb}` with {unknown}, which it does not have"


def flags_of(text):
    return set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[a-zA-Z])\b", text))


def examples(text):
    """(verb, flags) of each line that shows a command."""
    for line in re.findall(r"^ {2,}(?:\$ +|\S.*\| *)?duolog +([^\n]*)", text, re.MULTILINE):
        words = re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", line.split("  ")[0].split(" #")[0]).split()
        if words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
            yield words[0], {w.split("=")[0] for w in words[1:] if re.fullmatch(r"--[a-z][a-z-]+(=.*)?|-[a-zA-Z]", w)}


@fact
def every_command_that_a_message_or_a_page_names_exists(house):
    ada = house.person("Ada")
    known = all_verbs(ada) | SENTENCE | {"help"}
    pages = [ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob("packaging/*")]
    sources = [*ROOT.glob("client/**/*.cc"), *ROOT.glob("daemon/**/*.cc")]
    named = 0
    for page in filter(pathlib.Path.is_file, pages + sources):
        text = page.read_text(encoding="utf-8", errors="replace")
        if page in sources:  # what a person may read stands between quotes
            text = "\n".join(re.findall(r'"(?:[^"\\]|\\.)*"', text))
        for verb in re.findall(r"(?<![/\w])duolog ([a-z][a-z-]*)", text):
            named += 1
            assert verb in known, f"{page.relative_to(ROOT)} names `duolog {verb}`, which does not exist"
    assert named > 50, "the search finds what it looks for"


@fact
def both_programs_say_their_version(house):
    ada = house.person("Ada")
    version = re.search(r"VERSION (\d+\.\d+\.\d+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert version in ada.duolog("--version").text
    with ada.terminal("--version", program=house.programs / "duologd") as screen:
        assert screen.end() == 0 and version in screen.text, screen.text


@fact
def a_mistyped_verb_is_answered_with_the_nearest(house):
    ada = house.person("Ada")
    said = ada.duolog("lsit", expect=USAGE).said
    assert "did you mean duolog list?" in said, said


def completed(person, *words):
    """What bash offers for the last of the words."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _duolog; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", str(ROOT / "packaging" / "duolog.bash"), "duolog", *words],
                          env=person.environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.decode().split()


@fact
def bash_completes_verbs_ids_and_practices(house):
    ada = house.resident("Ada")
    saved = ada.write("we walked to the lake")["id"][:8]
    assert completed(ada, "appr") == ["appreciate"] and completed(ada, "help", "appr") == ["appreciate"]
    for verb in ("show", "reply", "react", "share"):
        assert saved in completed(ada, verb, ""), verb
        assert completed(ada, verb, saved[:5]) == [saved]
    assert completed(ada, "react", saved, "he") == ["heart"]
    assert "checkin" in completed(ada, "answers", "") and completed(ada, "do", "clo") == ["closeness"]
    assert "boundary" in completed(ada, "reply", saved, "--as", "")
    ada.stop()
    assert completed(ada, "show", "") == ["last"]
    ada.start()
