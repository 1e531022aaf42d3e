"""Who may open the officers' pages."""

from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Role
from yichuang.web.access import only

#: Officers (审批人员) and chief officers (首席代表) of a department.
officer = only(
    Role.OFFICER,
    Role.CHIEF_OFFICER,
    sentence=_("只有部门审批人员可以使用审批工作台。请用审批人员的账号登录。"),
)
