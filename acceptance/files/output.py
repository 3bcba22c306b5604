"""Files written whole or not at all, and never over what must stay.

What goes wrong on the disk is an error with a hint.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.errors import OutputError, UsageError
from acceptance.files import regular, system
from acceptance.messages import cause_of, tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

FULL = {errno.ENOSPC, errno.EDQUOT}
OF_THE_SYSTEM = tuple(map(Path, ("/dev", "/proc")))  # links there lead to what is open
SECRET, OPEN = 0o600, 0o666  # who may read and write a file
NO_FLUSHING = {errno.EINVAL, errno.ENOTSUP}  # a file system that cannot, for folders


def put(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file by way of a neighbour: whatever interrupts leaves the older one whole.

    A device is written to, never replaced, and so is a file that is open behind a link of the
    system (``/dev/stdout``), or that a link leads to in a folder where nothing may be put; of
    another link the file it leads to is replaced. A ``secret`` can be read by its owner only, from
    the first byte on. Raises OutputError.
    """
    with disc_errors(path):
        if _is_written_through(path):
            path.write_bytes(content)
            return
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    with (
        writing(target.parent, named=path),
        _draft(target.parent, content, SECRET if secret else OPEN) as draft,
    ):
        draft.replace(target)
        flush(target.parent)


def put_new(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file that does not exist yet; whatever interrupts leaves none, or all of it.

    A ``secret`` is as for ``put``. Raises OutputError.
    """
    require_new(path)
    mode = SECRET if secret else OPEN
    with writing(path.parent, named=path), _draft(path.parent, content, mode) as draft:
        try:
            os.link(draft, path)  # as a rename, but for what somebody else put there meanwhile
        except OSError as error:
            require_new(path)
            # file systems without links say so in many ways
            if isinstance(error, FileExistsError) or error.errno in FULL:
                raise
            draft.rename(path)
        flush(path.parent)


def put_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder that does not exist yet; whatever interrupts leaves none, or all its files.

    Raises OutputError.
    """
    require_new(folder)
    with writing(folder.parent, named=folder):
        draft = _unnamed(folder.parent)
        draft.mkdir()
        try:
            for name, content in files.items():
                create(draft / name, content)
            flush(draft)
            _rename_new(draft, folder)
            flush(folder.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _rename_new(draft: Path, folder: Path) -> None:
    """Give a folder its name; OutputError where somebody else was faster."""
    try:
        draft.rename(folder)
    except OSError:
        require_new(folder)
        raise


def copy(source: Path, target: Path) -> None:
    """Copy a file; whatever interrupts leaves none, or all of it. Raises OutputError."""
    with writing(target.parent, named=target):
        draft = _unnamed(target.parent)
        try:
            shutil.copyfile(source, draft)
            flush(draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def copy_into(source: Path, target: Path) -> None:
    """Copy a file into a folder of our own, with its times and who may read it.

    Where the file system does not take these, as some network folders, it is copied all the same.
    Its owner may write the copy, also of what may only be read: a run that goes on replaces it.
    Raises OSError.
    """
    shutil.copyfile(source, target)
    status = source.stat()
    with contextlib.suppress(OSError):
        target.chmod(status.st_mode & 0o777 | stat.S_IWUSR)
    with contextlib.suppress(OSError):
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def copy_below(source: Path, target: Path) -> None:
    """Copy a folder and all files in it, as ``copy_into`` does, to one that is not there yet."""
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True)
        for name in names:
            copy_into(Path(folder, name), place / name)


def cut_half_line(path: Path, most: int) -> None:
    """Cut off half a line at the end of a file of lines, which a kill left and nobody was given.

    Raises OutputError, also for what is no regular file, or has more bytes than ``most``.
    """
    with disc_errors(path):
        content = regular.content(path, most) if path.exists() else b""
    if content and not content.endswith(b"\n"):
        put(path, content[: content.rfind(b"\n") + 1])


def _is_written_through(path: Path) -> bool:
    """Whether what lies at a path is written to as it is, not replaced."""
    if not path.is_file():
        return path.exists()
    if not path.is_symlink():
        return False
    real = Path(os.path.realpath(path))
    if not _same_file(path, real) or any(map(_is_of_the_system, _links(path))):
        return True
    return os.access(real, os.W_OK) and not os.access(real.parent, os.W_OK)


def _links(path: Path) -> Iterator[Path]:
    """Yield a link, and each link that it leads to."""
    while path.is_symlink():
        yield path
        path = path.parent / path.readlink()


def _is_of_the_system(link: Path) -> bool:
    folder = Path(os.path.realpath(link.parent))
    return any(folder.is_relative_to(place) for place in OF_THE_SYSTEM)


def _unnamed(folder: Path) -> Path:
    """Return a name that no other file in a folder has, of this program or of anybody's.

    Hidden, and short whatever the file will be called; a kill leaves it.
    """
    return folder / f".{secrets.token_hex(8)}.part"


@contextlib.contextmanager
def _draft(folder: Path, content: bytes, mode: int = OPEN) -> Iterator[Path]:
    """Write a file under no name of its own; what is left of it is removed at the end."""
    draft = _unnamed(folder)
    try:
        create(draft, content, mode)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def create(path: Path, content: bytes, mode: int = OPEN) -> None:
    """Write a new file, to the disc and not to memory only. Raises OSError."""
    _write(path, content, os.O_CREAT | os.O_EXCL, mode)


def append(path: Path, content: bytes, *, flushed: bool = True) -> None:
    """Add to the end of a file, on the disc and not in memory only; all of it, or nothing.

    Where it is not to be ``flushed``, the disc is not waited for. A kill may leave a part
    (``cut_half_line``). Raises OSError.
    """
    before = path.stat().st_size if path.exists() else 0
    try:
        _write(path, content, os.O_CREAT | os.O_APPEND, 0o666, flushed=flushed)
    except BaseException:
        with contextlib.suppress(OSError):
            if path.stat().st_size <= before + len(content):  # else somebody else's line follows
                os.truncate(path, before)
        raise


def move(source: Path, target: Path) -> None:
    """Give a folder and all that is in it another name, on the disc and not in memory only.

    Raises OSError.
    """
    for folder, _, names in os.walk(source):
        for name in names:
            flush(Path(folder, name))
        flush(Path(folder))
    source.rename(target)
    flush(target.parent)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disc. Raises OSError."""
    try:
        system.flush(path)
    except OSError as error:
        if error.errno not in NO_FLUSHING:
            raise


def _write(path: Path, content: bytes, flags: int, mode: int, *, flushed: bool = True) -> None:
    handle = os.open(path, os.O_WRONLY | system.BYTES | flags, mode)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        if flushed:
            os.fsync(handle)
    finally:
        os.close(handle)


def require_ending(path: Path, endings: Collection[str]) -> None:
    """Refuse a file whose name ends otherwise, in small or capital letters. Raises UsageError."""
    if path.suffix.lower() not in endings:
        what = tr(
            "{name}: the name must end in {endings}", name=path.name, endings=" / ".join(endings)
        )
        raise UsageError(what)


def require_new(path: Path) -> None:
    """Refuse to write over what somebody may have filled in. Raises OutputError."""
    with disc_errors(path):
        there = path.exists() or path.is_symlink()
    if there:
        what = tr("already exists and may be filled in")
        hint = tr("Name another file, or move this one away")
        raise OutputError(what, where=str(path), hint=hint, code="output")


def require_apart(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse an output that is one of the inputs, by whatever name, link or hard link.

    Raises OutputError.
    """
    for given in inputs:
        if path.resolve() == given.resolve() or _same_file(path, given):
            what = tr("is an input of this command and would be lost: {file}", file=given)
            hint = tr("Name another file for the output")
            raise OutputError(what, where=str(path), hint=hint, code="output")


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return False


def require_json(path: Path) -> None:
    """Refuse to write JSON over what is something else: a clip, a plan, a database.

    A file of nothing, and a device, may be written to. Raises OutputError.
    """
    with disc_errors(path):
        if not path.is_file() or any(map(_is_of_the_system, _links(path))):
            return
    try:
        json.loads(regular.content(path).strip() or b"0")
    except (OSError, ValueError, RecursionError) as error:
        what = tr("is there already and holds no JSON; it would be lost")
        hint = tr("Name another file for the output")
        raise OutputError(what, where=str(path), hint=hint, code="output") from error


def require_outside(path: Path, folder: Path) -> None:
    """Refuse an output inside a session folder, also by way of links. Raises OutputError."""
    if path.resolve().is_relative_to(folder.resolve()):
        what = tr("lies inside the session folder {folder}, which stays as it is", folder=folder)
        hint = tr("Name a file outside of it")
        raise OutputError(what, where=str(path), hint=hint, code="output")


@contextlib.contextmanager
def writing(path: Path, *, named: Path | None = None) -> Iterator[None]:
    """Make the folder where it is missing; what goes wrong on the disk becomes an OutputError.

    The message names ``named``, by default the folder.
    """
    with disc_errors(named or path):
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        yield


@contextlib.contextmanager
def disc_errors(path: Path, *, hint: str = "") -> Iterator[None]:
    """Make an OutputError that names ``path`` of what goes wrong on the disc."""
    try:
        yield
    except OSError as error:
        raise refused(path, error, hint) from error


def refused(path: Path, error: OSError, hint: str = "") -> OutputError:
    """Make the error for what cannot be written."""
    full = error.errno in FULL
    if full:
        hint = tr("Make room and run again: what was measured is kept")
    else:
        hint = hint or tr("Choose another folder with -o")
    what = tr("cannot be written ({cause})", cause=cause_of(error))
    return OutputError(what, where=str(path), hint=hint, code="disc_full" if full else "output")
