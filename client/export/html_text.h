// html_text.h: other people's text in a page that must do nothing.
//
// Everything is escaped. Markdown becomes paragraphs, lists, emphasis; HTML in it stays text, a link becomes its words
// and its address, a picture its description: nothing in the page loads, leads or runs anything.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::client {

// For between two tags and inside quotes. Control characters become U+FFFD.
std::string html_escape(std::string_view text);
// A whole piece of writing, as blocks. Line ends are kept. Very long pieces, and what is nested far
// too deep, are paragraphs and nothing else.
std::string html_of_markdown(std::string_view text);

}  // namespace duolog::client
