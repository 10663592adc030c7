# duolog_ordinary_secrets(TARGET): its secrets lie on the ordinary heap (ordinary_memory.cc).
# SPDX-License-Identifier: GPL-3.0-or-later
function(duolog_ordinary_secrets target)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/ordinary_memory.cc)
  target_link_options(${target} PRIVATE -Wl,--wrap=sodium_malloc -Wl,--wrap=sodium_free)
endfunction()
