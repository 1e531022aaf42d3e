"""How a person wants pages to look: large print (长辈版), light or dark. Kept in cookies, without account."""

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest


class Size(StrEnum):
    """Size of type and of targets."""

    NORMAL = "normal"
    LARGE = "large"  # 长辈版


class Theme(StrEnum):
    """Colours; `AUTO` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


SIZE_COOKIE = "yc_size"
THEME_COOKIE = "yc_theme"
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Display:
    """The choice of one person."""

    size: Size = Size.NORMAL
    theme: Theme = Theme.AUTO


def display_of(request: HttpRequest) -> Display:
    """The choice that the cookies carry. Any other value counts as none: cookies age and get edited."""
    sizes = {size.value: size for size in Size}
    themes = {theme.value: theme for theme in Theme}
    return Display(
        sizes.get(request.COOKIES.get(SIZE_COOKIE, ""), Size.NORMAL),
        themes.get(request.COOKIES.get(THEME_COOKIE, ""), Theme.AUTO),
    )
