"""Who may open the centre's pages."""

from django.utils.translation import gettext_lazy as _

from yichuang.identity.data import Role
from yichuang.web.access import only

#: The centre's managers (中心管理) and supervisors (督查): how the centre does.
overseer = only(
    Role.MANAGER,
    Role.SUPERVISOR,
    sentence=_("只有中心管理和督查人员可以查看中心总览。请用相应的账号登录。"),
)
#: What only supervisors may let through.
supervisor = only(Role.SUPERVISOR, sentence=_("只有督查人员可以放行。请用督查人员的账号登录。"))
#: They, and administrators (系统管理): what does not get on by itself.
keeper = only(
    Role.MANAGER,
    Role.SUPERVISOR,
    Role.ADMINISTRATOR,
    sentence=_("只有中心管理、督查和系统管理人员可以查看这一页。请用相应的账号登录。"),
)
#: Who may publish the catalogue.
publisher = only(
    Role.MANAGER,
    Role.ADMINISTRATOR,
    sentence=_("只有中心管理和系统管理人员可以导出、导入事项目录。请用相应的账号登录。"),
)
#: What the centre's manager records.
manager = only(Role.MANAGER, sentence=_("只有中心管理人员可以登记。请用相应的账号登录。"))
#: Who writes the templates of papers.
paper_author = only(
    Role.MANAGER,
    sentence=_("只有中心管理人员可以编写文书模板。请用相应的账号登录。"),
)
