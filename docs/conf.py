"""How the site is made: ``sphinx-build -W --keep-going -b html docs <out>``."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

_HERE = Path(__file__).resolve().parent
_PACKAGE = _HERE.parent / "sdks" / "python" / "src"
sys.path.insert(0, str(_HERE))
if find_spec("tracewire") is None:
    # Not installed, so perhaps built in place.
    sys.path.insert(0, str(_PACKAGE))

from _site import autodoc, standard

import tracewire

# Blocks of the standard that hold tables: there is nothing to colour.
lexers["csv"] = TextLexer()

project = "tracewire"
copyright = "the tracewire authors"  # noqa: A001 - Sphinx's name for it
version = release = tracewire.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "_running", "_site", "README.md"]
suppress_warnings: list[str] = []
nitpicky = False

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Where it is on, Sphinx writes the signatures of bound methods into their functions, which lose an argument by that.
autodoc_preserve_defaults = False
autoclass_content = "class"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "tracewire"
html_static_path = ["_static"]
html_css_files = ["tracewire.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6e5f", "color-brand-content": "#0b6e5f", "color-api-name": "#0b6e5f"},
    "dark_css_variables": {"color-brand-primary": "#4cc9b0", "color-brand-content": "#4cc9b0", "color-api-name": "#4cc9b0"},
}
pygments_style = "tango"
pygments_dark_style = "github-dark"

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_remove_prompts = True


def setup(app: object) -> None:
    """Connect what the site does besides."""
    standard.connect(app)
    autodoc.connect(app)
