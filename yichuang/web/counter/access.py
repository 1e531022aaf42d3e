"""Who may open the counter's pages."""

from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Role
from yichuang.web.access import only

#: Clerks (窗口人员).
clerk = only(Role.CLERK, sentence=_("只有窗口人员可以使用窗口受理。请用窗口人员的账号登录。"))
