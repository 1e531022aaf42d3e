"""Who may open the editor of the catalogue."""

from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Role
from yichuang.web.access import only

#: The centre's managers (中心管理), and chief officers (首席代表) for their own department: the queries see to that.
author = only(
    Role.MANAGER,
    Role.CHIEF_OFFICER,
    sentence=_("只有中心管理人员和部门首席代表可以编写事项。请用相应的账号登录。"),
)
