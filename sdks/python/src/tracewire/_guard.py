"""What a program's values raise while they are looked at, as a proxy without its object does, does not get out."""

from __future__ import annotations

from functools import update_wrapper

from ._errors import TracewireError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Method = TypeVar("Method", bound=Callable[..., Any])


def guarded(method: Method) -> Method:
    """Have a method that reads values of a program count what they raise, and give ``None``."""

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except TracewireError:
            raise  # Strict mode asked for it.
        except Exception as error:  # noqa: BLE001
            name = getattr(method, "__name__", "")
            self._problem("unreadable_value", f"{name}: a value raised {type(error).__name__} while it was read")
            return None

    guarded_method: Method = update_wrapper(wrapper, method)  # type: ignore[assignment]
    return guarded_method
