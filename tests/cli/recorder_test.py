"""Where results go: stores that are shared, cannot be written, are full, or are no stores."""

import sqlite3
import stat

import pytest
from command import LONG, TINY, wait_until


def refused(outcome, status, sentence):
    assert (outcome.status, outcome.out) == (status, "")
    assert outcome.err == f"pmembench: {sentence}\n"


def test_two_runs_share_a_store(pmembench):
    many = TINY.replace("replicates: 1", "replicates: 6")
    path = pmembench.campaign(many)
    both = [pmembench.start("run", path, "--json") for _ in range(2)]
    outcomes = [pmembench.finish(process) for process in both]
    assert [outcome.status for outcome in outcomes] == [0, 0], outcomes
    assert pmembench.sql("SELECT id, status FROM runs ORDER BY id") == [(1, "done"), (2, "done")]
    assert pmembench.sql("SELECT run_id, count(*) FROM medians GROUP BY run_id") == [(1, 6), (2, 6)]


def test_a_store_is_read_while_a_run_writes_it(pmembench):
    process = pmembench.start("run", pmembench.campaign(LONG), "--json")
    wait_until(pmembench.replicates, "the first results")
    outcome = pmembench("show", "--json")
    process.terminate()
    assert outcome.status == 0, outcome.err
    assert outcome.rows()
    assert pmembench.finish(process).status == 130


def test_a_folder_that_may_not_be_written(nobody):
    nobody.folder.chmod(0o755)
    campaign = nobody.folder / "tiny.yaml"
    campaign.write_text(TINY)
    refused(nobody("run", campaign), 3,
            "pmembench.db cannot be written, for nothing can be made in its folder .: change the "
            "folder's permissions, or name another file with --db")


def test_a_store_in_a_folder_that_may_not_be_written_is_still_shown(nobody):
    assert nobody.run().status == 0
    shown = nobody("show", "--json")
    assert (nobody.folder / "pmembench.db").stat().st_mode & stat.S_IWUSR
    nobody.folder.chmod(0o555)
    outcome = nobody("show", "--json")
    nobody.folder.chmod(0o777)
    assert (outcome.status, outcome.out) == (0, shown.out)


def test_a_store_that_is_something_else(pmembench):
    folder = pmembench.folder
    (folder / "folder").mkdir()
    (folder / "text").write_text("This is no database. " * 100)
    other = sqlite3.connect(folder / "other")
    other.execute("CREATE TABLE precious (x)")
    other.close()
    for name, sentence in [
        ("folder", "folder is a folder: name a file in it, such as folder/pmembench.db"),
        ("text", "text is not an SQLite file: pmembench keeps its results in one; name another file "
                 "with --db"),
        ("other", "other is the SQLite file of another program, and is left alone: name another file "
                  "with --db"),
        ("none/x.db", "none/x.db cannot be made, for the folder none does not exist: make it, or name "
                      "another file with --db"),
    ]:
        refused(pmembench.run("--db", name), 2, sentence)
    assert (folder / "text").read_text() == "This is no database. " * 100
    refused(pmembench("show", "--db", "absent.db"), 2,
            "absent.db does not exist: measure something first with `pmembench run`, or name the "
            "file with --db")
    assert not (folder / "absent.db").exists()


def test_a_store_of_a_newer_schema(pmembench):
    pmembench.run()
    database = sqlite3.connect(pmembench.folder / "pmembench.db")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    database.execute(f"PRAGMA user_version = {version + 1}")
    database.commit()
    database.close()
    sentence = (f"pmembench.db has schema version {version + 1} and this pmembench knows version "
                f"{version}: open it with the pmembench that wrote it, or name another file with --db")
    refused(pmembench.run(), 2, sentence)
    refused(pmembench("show"), 2, sentence)


def test_a_full_disk_ends_the_run_and_spares_what_was_stored(pmembench, mounted):
    small = mounted("tmpfs", "-t", "tmpfs", "-o", "size=320k")
    database = small / "pmembench.db"
    assert pmembench.run("--db", database).status == 0
    before = pmembench("show", "1", "--db", database, "--json").out
    assert before
    filler = small / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\1" * 4096)
        except OSError:
            pass
    outcome = pmembench.run("--db", database)
    assert outcome.status == 4
    assert len(outcome.err.splitlines()) <= 2  # a progress line may come first
    assert "its disk is full, and what was to be stored is not; free some space" in outcome.error()
    filler.unlink()
    assert pmembench("show", "1", "--db", database, "--json").out == before
    assert pmembench.run("--db", database).status == 0


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_store_that_may_not_be_written(nobody, mode):
    assert nobody.run().status == 0
    (nobody.folder / "pmembench.db").chmod(mode)
    outcome = nobody.run()
    assert outcome.status == 3
    what = "read" if mode == 0 else "written"
    assert outcome.error() == (f"pmembench.db may not be {what} by this user: change its permissions, "
                               "or name another file with --db")
