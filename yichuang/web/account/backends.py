"""How a session finds its account."""

from allauth.account.auth_backends import AuthenticationBackend

from yichuang.identity.models import User
from yichuang.identity.queries import account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Logs in as allauth does; the account of a session comes together with who acts by it."""

    def get_user(self, user_id: int) -> User | None:
        """The account, while it is active."""
        return account(user_id)
