"""Passwords that nobody may choose."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from yichuang.identity.data import TRIAL_PASSWORD
from yichuang.identity.models import User


class NotTheTrialPassword:
    """Refuses the documented password of trial accounts (`AUTH_PASSWORD_VALIDATORS`)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises `ValidationError` with the sentence for the person."""
        if password == TRIAL_PASSWORD:
            raise ValidationError(self.get_help_text(), code="trial_password")

    def get_help_text(self) -> str:
        """What the person is told beforehand."""
        return _("试用密码人人知道，请另设一个。")
