"""The application of a forked kernel: ipykernel's, without what one notebook, executed cell by cell, never uses."""

from __future__ import annotations

import re
from typing import Any

import zmq
from ipykernel import kernelapp
from traitlets.config import Config
from traitlets.config.application import catch_config_error
from traitlets.config.loader import DeferredConfigString


class IPKernelApp(kernelapp.IPKernelApp):
    """The application of a kernel that one notebook uses, cell by cell; its name is the original's, which configuration goes by.

    To read a command line, the original makes a parser of all options that there are, a sixth of a kernel's start: where all is
    said as ``-f`` and ``--Class.trait=value``, nothing has to be looked up. And it hands each request from one thread to another,
    for subshells, which only a front end with a person before it asks for.
    """

    @catch_config_error
    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the command line of a kernel."""
        found = re.fullmatch(r"-f\0([^\0]+)((?:\0--\w+\.\w+=[^\0]*)*)", "\0".join(argv or ()))
        given = re.findall(r"--(\w+)\.(\w+)=([^\0]*)", found[2]) if found else []
        names = {(type(self).__name__, "connection_file"), *((section, name) for section, name, _ in given)}
        if not found or len(names) <= len(given):  # something else, or something said twice
            super().parse_command_line(argv)
            return
        self.argv = list(argv or ())
        self.cli_config = Config()
        self.cli_config[type(self).__name__].connection_file = found[1]
        for section, name, value in given:
            self.cli_config[section][name] = DeferredConfigString(value)
        self.update_config(self.cli_config)

    def init_control(self, context: zmq.Context[Any]) -> None:
        """Open the channel of control, and keep requests in the main thread."""
        super().init_control(context)  # type: ignore[no-untyped-call]
        self.shell_channel_thread = None
