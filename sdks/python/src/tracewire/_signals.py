"""Whether an exception that came up while a value was read was meant for the host: raised by a signal's handler.

Reading a value can run the host's code (a ``__repr__``, a ``__getattr__``), and Python delivers signals between any two
instructions, so Ctrl-C may arrive there. Such an exception must not be swallowed. What the value's own code raises must be,
whatever it is: a ``__repr__`` that raises ``KeyboardInterrupt`` or ``SystemExit`` does not end the program.

An exception comes from a signal if a handler that is installed now stands in its traceback; or, for ``KeyboardInterrupt``, if
Python's own handler is installed and no ``raise`` statement raised it. It is then raised once the record is complete.
"""

from __future__ import annotations

import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType


def is_from_signal(error: BaseException, traceback: TracebackType | None) -> bool:
    """Answer for an exception that is being swallowed."""
    threading = sys.modules.get("threading")
    if threading is not None and threading.get_ident() != threading.main_thread().ident:
        return False  # Python runs signal handlers on the main thread only.
    handlers = _handler_codes()
    last = traceback
    while traceback is not None:
        if traceback.tb_frame.f_code in handlers:
            return True
        last, traceback = traceback, traceback.tb_next
    if not isinstance(error, KeyboardInterrupt):
        return False
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return False
    return last is None or not _is_at_raise(last.tb_frame.f_code, last.tb_lasti)


def _handler_codes() -> set[CodeType]:
    codes = set()
    for number in range(1, signal.NSIG):
        try:
            handler = signal.getsignal(number)
        except ValueError:
            continue
        code = getattr(getattr(handler, "__func__", handler), "__code__", None)
        if code is not None:
            codes.add(code)
    return codes


def _is_at_raise(code: CodeType, instruction: int) -> bool:
    import opcode

    raising = {opcode.opmap.get("RAISE_VARARGS"), opcode.opmap.get("RERAISE")}
    return 0 <= instruction < len(code.co_code) and code.co_code[instruction] in raising
