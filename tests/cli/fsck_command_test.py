"""pmembench mkfs and fsck: the small file system on a medium."""

import json

import pytest

SIZE = 4 << 20


@pytest.fixture
def medium(pmembench):
    path = pmembench.folder / "medium"
    path.write_bytes(bytes(SIZE))
    return path


def damage(path, offset):
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


@pytest.mark.parametrize("kind", ["file", "block"])
def test_what_mkfs_made_is_clean_for_fsck(pmembench, medium, kind):
    assert pmembench("mkfs", f"{kind}:{medium}").status == 0
    outcome = pmembench("fsck", f"{kind}:{medium}", "--json")
    assert outcome.status == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["clean"], report["problems"]) == (True, [])
    assert pmembench("fsck", f"{kind}:{medium}").out == f"{kind}:{medium}: clean.\n"


def test_mkfs_keeps_what_is_there_without_destroy(pmembench, medium):
    damage(medium, 1234)
    before = medium.read_bytes()
    assert pmembench("mkfs", f"file:{medium}").status == 2
    assert medium.read_bytes() == before
    assert pmembench("mkfs", f"file:{medium}", "--destroy").status == 0


def test_fsck_finds_damage_and_changes_nothing(pmembench, medium):
    pmembench("mkfs", f"file:{medium}")
    damage(medium, 40)
    before = medium.read_bytes()
    outcome = pmembench("fsck", f"file:{medium}")
    assert outcome.status == 1
    assert outcome.out == (
        "the first superblock is damaged; its copy was used\n" f"file:{medium}: 1 problems.\n"
    )
    assert medium.read_bytes() == before


def test_fsck_of_something_else_is_wrong_usage(pmembench, medium):
    outcome = pmembench("fsck", f"file:{medium}")
    assert outcome.status == 2
    assert outcome.error() == (
        f"medium 'file:{medium}': the dax device: it carries no file system of pmembench; "
        "format it first"
    )
    assert pmembench("fsck", f"file:{medium}", "--backend", "none").status == 2
