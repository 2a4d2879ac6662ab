"""The guest's file system: a stock Debian kernel, its modules and tools, and what is tested.

The base (kernel, modules, tools) is made of Debian packages that apt downloads and nobody installs;
it is kept under the user's cache, by the versions of the packages. What is tested is laid over it.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# The tools, and the libraries that they need beside those of the tested program.
PACKAGES = (
    "busybox-static daxctl e2fsprogs ndctl xfsprogs libblkid1 libcom-err2 libcxl1 libdaxctl1 "
    "libext2fs2 libiniparser1 libinih1 libjson-c5 libkeyutils1 libkmod2 libndctl6 libss2 "
    "libtraceevent1 libtracefs1 libudev1 liburcu8 libuuid1"
).split()
PROGRAMS = ("busybox", "daxctl", "e2fsck", "mke2fs", "mkfs.xfs", "ndctl", "xfs_repair")
KERNEL = "linux-image-amd64"
# In the order in which the guest loads them, each after those that it depends on. The checksums
# are asked for by name at run time, and depended on by nothing.
MODULES = (
    "crc32c_generic crct10dif_generic libnvdimm nfit nd_btt nd_pmem dax_hmem device_dax dax_pmem "
    "kmem ext4 xfs"
).split()
COMMAND_S = 600  # a package source that gives no answer is one that is not there
DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")
SIGNED = b"~Module signature appended~\n"
XZ = b"\xfd7zXZ\0"
# The note of type 18, XEN_ELFNOTE_PHYS32_ENTRY: where a loader of unpacked kernels enters.
ENTRY = re.compile(rb"\x04\0{3}[\x04\x08]\0{3}\x12\0{3}Xen\0")


class Unavailable(Exception):
    """What is missing to make an image; the tests are skipped for it."""


@dataclass(frozen=True)
class Image:
    kernel: Path
    base: Path  # an archive of cpio


def output_of(*command: str, **options) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=COMMAND_S, **options)
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"{' '.join(command[:2])} took more than {COMMAND_S} s") from late
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Unavailable(f"{' '.join(command[:2])} failed: {last}")
    return done.stdout


@dataclass(frozen=True)
class Apt:
    """apt by the host's lists of packages, or by lists of our own, for which nobody need be root."""

    options: tuple[str, ...] = ()

    @staticmethod
    def with_new_lists(folder: Path) -> Apt:
        apt = Apt(("-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache",
                   "-o", "APT::Sandbox::User="))
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        output_of("apt-get", *apt.options, "update")
        return apt

    def kernel_package(self) -> str:
        """The package that the distribution's name for its newest kernel stands for."""
        said = output_of("apt-cache", *self.options, "depends", KERNEL)
        found = re.search(r"Depends: (linux-image-\S+)", said)
        if not found:
            raise Unavailable(f"apt knows no kernel by the name of {KERNEL}")
        return found.group(1)

    def archives_of(self, packages: list[str]) -> list[str]:
        """The names of the files that apt would download now, which carry the versions."""
        said = output_of("apt-get", *self.options, "download", "--print-uris", *packages)
        archives = sorted(line.split()[1] for line in said.splitlines() if line.startswith("'"))
        if len(archives) < len(packages):
            raise Unavailable("apt can download only some of the guest's packages")
        return archives

    def download(self, packages: list[str], folder: Path) -> None:
        output_of("apt-get", *self.options, "download", *packages, cwd=folder)


def with_dependencies(names: Iterable[str], depends_of: dict[str, list[str]]) -> list[str]:
    """Modules in an order in which each follows what it depends on."""
    order: list[str] = []

    def add(name: str) -> None:
        if name in order:
            return
        for needed in depends_of[name]:
            add(needed)
        order.append(name)

    for name in names:
        add(name)
    return order


def module_bytes(path: Path) -> bytes:
    """A module without its signature, which an emulated CPU takes longer to verify than to load."""
    content = path.read_bytes()
    content = lzma.decompress(content) if path.suffix == ".xz" else content
    if not content.endswith(SIGNED):
        return content
    # The magic word follows twelve bytes, the last four of which say how long the signature is.
    end = len(content) - len(SIGNED)
    return content[:end - 12 - int.from_bytes(content[end - 4:end], "big")]


def unpacked_kernel(packed: bytes) -> bytes:
    """The kernel out of what unpacks itself, which takes an emulated CPU longer than the boot.

    As it is where it is packed otherwise, or has no entry for who loads it unpacked.
    """
    begin = packed.find(XZ)
    if begin < 0:
        return packed
    try:
        kernel = lzma.LZMADecompressor().decompress(packed[begin:])
    except lzma.LZMAError:
        return packed
    return kernel if kernel.startswith(b"\x7fELF") and ENTRY.search(kernel) else packed


def copy_modules(tree: Path, root: Path) -> None:
    """The modules and an `order` to load them in, as nothing has run depmod on them."""
    paths = {p.name.split(".ko")[0].replace("-", "_"): p for p in tree.glob("**/*.ko*")}
    missing = [name for name in MODULES if name not in paths]
    wanted = [name for name in MODULES if name in paths]
    if "nfit" in missing or "device_dax" in missing:
        raise Unavailable(f"the kernel's package has no module {' '.join(missing)}")
    depends_of = {}
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name in depends_of:
            continue
        found = DEPENDS.search(module_bytes(paths[name]))
        words = found.group(1).decode().split(",") if found and found.group(1) else []
        depends_of[name] = [word.replace("-", "_") for word in words]
        todo += depends_of[name]
    folder = root / "modules"
    folder.mkdir()
    order = with_dependencies(wanted, depends_of)
    for name in order:
        (folder / f"{name}.ko").write_bytes(module_bytes(paths[name]))
    (folder / "order").write_text("\n".join(order) + "\n", encoding="utf-8")


def copy_program(program: Path, folder: Path, libraries: Path, search: str = "") -> None:
    """A program into `folder`, and the libraries that it links into `libraries`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(program, folder / program.name)
    environment = dict(os.environ, LD_LIBRARY_PATH=search)
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False,
                            env=environment).stdout
    if "not found" in listed:
        line = next(line.strip() for line in listed.splitlines() if "not found" in line)
        raise Unavailable(f"{program.name} cannot be put into the image: {line}")
    for library in re.findall(r"(/\S+) \(0x", listed):
        loader = Path(library).name.startswith("ld-linux")
        target = libraries.parent / "lib64" if loader else libraries
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(os.path.realpath(library), target / Path(library).name)


def pack(busybox: Path, root: Path, archive: Path) -> None:
    """The tree `root` as an archive that the kernel unpacks at boot."""
    names = "\n".join(str(p.relative_to(root)) for p in sorted(root.rglob("*"))) + "\n"
    with archive.open("wb") as out:
        subprocess.run([busybox, "cpio", "-o", "-H", "newc", "-R", "0:0"], cwd=root, check=True,
                       input=names.encode(), stdout=out, stderr=subprocess.DEVNULL)


def build_base(apt: Apt, packages: list[str], archives: list[str], target: Path) -> None:
    """Downloads, unpacks and packs; `target` is there when all is done, or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="making-") as name:
        work = Path(name)
        apt.download(packages, work)
        tree, root, made = work / "tree", work / "root", work / "made"
        for archive in archives:
            output_of("dpkg-deb", "-x", str(work / archive), str(tree))
        for folder in (root, made):
            folder.mkdir()
        copy_modules(tree, root)
        here = [tree / "usr/lib/x86_64-linux-gnu", tree / "lib/x86_64-linux-gnu"]
        for program in PROGRAMS:
            places = [tree / folder / program for folder in ("bin", "sbin", "usr/bin", "usr/sbin")]
            found = next((place for place in places if place.exists()), None)
            if found is None:
                raise Unavailable(f"the packages have no program {program}")
            copy_program(found, root / "bin", root / "lib", ":".join(map(str, here)))
        for folder in ("dev", "proc", "sys", "tmp", "mnt", "sbin"):
            (root / folder).mkdir()
        pack(root / "bin/busybox", root, made / "base.cpio")
        shutil.copy2(root / "bin/busybox", made / "busybox")
        packed = next((tree / "boot").glob("vmlinuz-*")).read_bytes()
        (made / "vmlinux").write_bytes(unpacked_kernel(packed))
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():  # where it is, another run was faster
                raise


def image_by(apt: Apt, cache: Path) -> Image:
    packages = [apt.kernel_package(), *PACKAGES]
    archives = apt.archives_of(packages)
    recipe = Path(__file__).read_bytes() + "\n".join(archives).encode()
    folder = cache / hashlib.sha256(recipe).hexdigest()[:16]
    if not folder.is_dir():
        build_base(apt, packages, archives, folder)
    return Image(folder / "vmlinux", folder / "base.cpio")


def base_image(cache: Path) -> Image:
    """The image of the packages' present versions, made where it is not there yet."""
    for tool in ("apt-get", "dpkg-deb", "ldd"):
        if shutil.which(tool) is None:
            raise Unavailable(f"{tool} is missing, which the guest's packages are unpacked with")
    try:
        return image_by(Apt(), cache)
    except Unavailable:
        # The host's lists are not there, as in many a container, or are of versions long gone.
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="lists-") as folder:
            return image_by(Apt.with_new_lists(Path(folder)), cache)


def initrd(image: Image, programs: Iterable[Path], files: dict[str, Path], target: Path) -> Path:
    """The base with programs and files laid over it; the kernel reads archives one after another."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        for program in programs:
            copy_program(program, root / "bin", root / "lib")
            # The lines of the sources make most of it, and every boot reads all of it.
            subprocess.run(["strip", "--strip-debug", root / "bin" / program.name], check=True)
        for inside, outside in files.items():
            place = root / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if outside.is_dir() else shutil.copy2
            copy(outside, place)
        pack(image.base.parent / "busybox", root, Path(name) / "laid.cpio")
        with target.open("wb") as out:
            for part in (image.base, Path(name) / "laid.cpio"):
                with part.open("rb") as archive:
                    shutil.copyfileobj(archive, out)
    return target
