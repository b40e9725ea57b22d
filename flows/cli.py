"""The command line: one parser, one place where errors become exit codes.

Commands are loaded when they are called, and they load the orchestrator and the image libraries only when they need
them, so that `overseal explain` answers at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Literal

from flows.logs import set_up
from flows.missing import fault_of
from flows.processes import keep_to_ourselves
from pipeline import __version__
from pipeline.errors import ExitCode, OversealError

#: Command -> what it does, in the order of `--help`; each is a module of flows.commands with `arguments` and `run`.
COMMANDS: dict[str, str] = {
    "screen": "screen scans and write the reports",
    "audit": "audit the issuing offices of a register",
    "read": "read scans without judging them",
    "template": "see what a template reads from one page",
    "register": "see what loads of a register, what is refused and which checks can be made",
    "judge": "record people's judgements of findings",
    "explain": "print the page of a check",
    "checks": "list all checks",
    "doctor": "look for what is missing on this machine",
    "demo": "make documents and registers of the Republic of Utopia, screen and audit them",
    "serve": "screen an inbox on a schedule",
    "backup": "write the store and its page images into one file",
    "restore": "put a backup in place of the store",
    "status": "see how the nights stand and what needs a person",
    "quarantine": "list, retry or drop scans that could not be read",
    "hold": "keep scans for proceedings, whatever their age",
}

#: What is left of a command that was interrupted, where anything is.
_AFTER = {
    "screen": "; what was read is kept, the same command goes on from there",
    "serve": "; what was read is kept, the next run goes on from there",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Errors are one line; `-v` shows where they came from."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    keep_to_ourselves()
    verbose = False
    command = next((word for word in arguments if word in COMMANDS), "")
    try:
        parser = _parser(arguments)
        given = parser.parse_args(arguments)
        verbose = given.verbose
        _log(verbose)
        signal.signal(signal.SIGTERM, _interrupt)
        run: Callable[[argparse.Namespace], ExitCode] = given.run
        return int(run(given))
    except SystemExit as end:
        return int(end.code) if isinstance(end.code, int) else int(ExitCode.USAGE)
    except KeyboardInterrupt:
        _say("interrupted" + _AFTER.get(command, ""))
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.NOTHING_FLAGGED)
    except OversealError as error:
        _say(str(error), verbose)
        return int(error.exit_code)
    except ImportError as error:
        fault = fault_of(error)
        _say(str(fault), verbose)
        return int(fault.exit_code)
    except OSError as error:
        # In the system's words alone: the file that it names could be called after a person.
        what = error.strerror or type(error).__name__
        _say(f"a file could not be read or written: {what}; the same command can be run again", verbose)
        return int(ExitCode.OUR_FAULT)
    except Exception as error:  # the one place where what nobody expected ends
        _say(f"internal error: {type(error).__name__}; run again with -v to see where", verbose)
        return int(ExitCode.OUR_FAULT)


def settings_file(parser: argparse.ArgumentParser) -> None:
    """The option that every command with settings has."""
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings file (TOML)")


def store_option(parser: argparse.ArgumentParser) -> None:
    """The option of commands that use the store."""
    parser.add_argument("--store", metavar="URL", help="store (else OVERSEAL_STORE_URL, else a file in OVERSEAL_HOME)")


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("-v", "--verbose", action="store_true", help="say more; show where an error came from")
    parser = argparse.ArgumentParser(
        prog="overseal",
        description="Screens scanned identity documents and work permits. It shows evidence; people decide.",
    )
    parser.add_argument("--version", action="version", version=f"overseal {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    wanted = next((word for word in arguments if word in COMMANDS), None)
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose, parents=[shared])
        if name == wanted:
            module = import_module(f"flows.commands.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _log(verbose: bool) -> None:
    """Our own messages on the terminal; those of libraries from errors up."""
    form: Literal["text", "json"] = "json" if os.environ.get("OVERSEAL_LOG", "").lower() == "json" else "text"
    set_up(form, logging.INFO if verbose else logging.ERROR)


def _say(message: str, with_traceback: bool = False) -> None:
    if with_traceback:
        traceback.print_exc()
    print(f"overseal: {message}", file=sys.stderr)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
