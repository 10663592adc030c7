// The one place that knows cmark.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/html_text.h"

#include <cmark.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace duolog::client {
namespace {

constexpr std::size_t kMarkdownLimit = 64 << 10;  // bytes: of a longer piece nobody knows what its nesting costs
constexpr std::size_t kDeepest = 100;  // quotes and lists in each other, about; cmark walks all of them for each line
constexpr int kHeadingBelow = 3;       // the book's own headings stand above those of an entry
constexpr int kLowestHeading = 6;

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

cmark_node* text_node(const std::string& text) {
  cmark_node* node = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(node, text.c_str());
  return node;
}

std::string string_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

// Its children take its place, and its address follows them where it says more.
void unlink_address(cmark_node* node) {
  const std::string address = string_of(cmark_node_get_url(node));
  std::string words;
  while (cmark_node* child = cmark_node_first_child(node)) {
    if (cmark_node_get_type(child) == CMARK_NODE_TEXT) words += string_of(cmark_node_get_literal(child));
    cmark_node_unlink(child);
    cmark_node_insert_before(node, child);
  }
  if (!address.empty() && address != words && address != "mailto:" + words)
    cmark_node_insert_before(node, text_node((words.empty() ? "(" : " (") + address + ")"));
  cmark_node_free(node);
}

void as_text(cmark_node* node) {
  const std::string literal = string_of(cmark_node_get_literal(node));
  if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE) {
    cmark_node_replace(node, text_node(literal));
  } else {
    cmark_node* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
    cmark_node_append_child(paragraph, text_node(literal));
    cmark_node_replace(node, paragraph);
  }
  cmark_node_free(node);
}

// Nodes that would lead or load something, or pass through as they are, become text.
void tame(cmark_node* document) {
  std::vector<cmark_node*> wild;
  cmark_iter* walk = cmark_iter_new(document);
  for (auto event = cmark_iter_next(walk); event != CMARK_EVENT_DONE; event = cmark_iter_next(walk)) {
    cmark_node* node = cmark_iter_get_node(walk);
    const auto type = cmark_node_get_type(node);
    const bool leaves = event == CMARK_EVENT_EXIT;
    if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) wild.push_back(node);
    if (leaves && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)) wild.push_back(node);
    if (type == CMARK_NODE_CODE_BLOCK) cmark_node_set_fence_info(node, "");
    if (leaves && type == CMARK_NODE_HEADING)
      cmark_node_set_heading_level(node, std::min(cmark_node_get_heading_level(node) + kHeadingBelow, kLowestHeading));
  }
  cmark_iter_free(walk);
  for (cmark_node* node : wild) {
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) {
      unlink_address(node);
    } else {
      as_text(node);
    }
  }
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') continue;
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      out += "\xef\xbf\xbd";
    } else {
      out += c;
    }
  }
  return out;
}

std::string paragraphs(const std::string& text) {
  std::string out = "<p>";
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    out += html_escape(std::string_view(text).substr(at, end - at));
    const auto next = std::min(text.find_first_not_of('\n', end), text.size());
    if (next < text.size()) out += next > end + 1 ? "</p>\n<p>" : "<br>\n";
    at = next;
  }
  return out + "</p>\n";
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// How deep a line can stand in quotes and lists: their signs, and two columns of blanks for each that goes on.
std::size_t depth_of(std::string_view line) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < line.size();) {
    const auto number = std::min(line.find_first_not_of("0123456789", at), line.size());
    const bool bullet = std::string_view("-+*").find(line[at]) != std::string_view::npos;
    const bool counted = number > at && number < line.size() && (line[number] == '.' || line[number] == ')');
    const auto sign = bullet ? at + 1 : counted ? number + 1 : std::string_view::npos;  // where it ends
    if (is_blank(line[at])) {
      columns += line[at++] == '\t' ? 4 : 1;
    } else if (line[at] == '>') {
      columns += 2;
      ++at;
    } else if (sign != std::string_view::npos && (sign == line.size() || is_blank(line[sign]))) {
      columns += 1;  // the blank behind it is the other
      at = sign;
    } else {
      break;
    }
  }
  return columns / 2;
}

bool is_nested_too_deep(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (depth_of(text.substr(0, end)) > kDeepest) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
          out += "\xef\xbf\xbd";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string html_of_markdown(std::string_view text) {
  const std::string clean = without_controls(text);
  if (clean.size() > kMarkdownLimit || is_nested_too_deep(clean)) return paragraphs(clean);
  const std::unique_ptr<cmark_node, FreeNode> document(
      cmark_parse_document(clean.data(), clean.size(), CMARK_OPT_VALIDATE_UTF8));
  tame(document.get());
  const std::unique_ptr<char, FreeText> html(cmark_render_html(document.get(), CMARK_OPT_HARDBREAKS));
  return html ? std::string(html.get()) : paragraphs(clean);
}

}  // namespace duolog::client
