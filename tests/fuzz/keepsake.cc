// Any text in a page, and any bytes as a picture of any name: no tag but those that the page's own hand makes, no
// attribute that leads, loads or runs, but a picture's own bytes or its place beside the page.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <string>

#include "client/export/html_text.h"
#include "client/export/picture_tag.h"
#include "tests/fuzz/script.h"
#include "tests/fuzz/tame_picture.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr std::array<std::string_view, 38> kTags = {
    "p",           "/p",   "br /", "em",  "/em",  "strong", "/strong", "ul",   "/ul",
    "ol",          "/ol",  "li",   "/li", "code", "/code",  "pre",     "/pre", "blockquote",
    "/blockquote", "hr /", "h4",   "/h4", "h5",   "/h5",    "h6",      "/h6",  "br"};

void require_tame(std::string_view html) {
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    must(end != std::string_view::npos, "a tag does not end");
    const auto tag = html.substr(at + 1, end - at - 1);
    bool known = tag.starts_with("ol start=\"") && tag.find_first_not_of("0123456789\"", 10) == std::string_view::npos;
    for (const auto one : kTags) known = known || (!one.empty() && one == tag);
    must(known, "a tag that is not ours");
  }
}

// As it stands in a page of its own, and beside it.
void require_tame_picture(std::string_view bytes) {
  const auto photograph = client::photograph_of(bytes);
  if (!photograph) return;
  must(std::uint64_t{photograph->width} * photograph->height <= client::kMostPixels, "a picture that no browser shows");
  const auto tag = client::picture_tag(*photograph, bytes);
  for (const auto& source : {client::data_address(*photograph) + client::in_base64(bytes),
                             client::picture_name(*photograph, bytes.size())}) {
    const auto whole = tag.before + source + tag.after;
    must(whole.starts_with('<') && whole.ends_with('>'), "a picture is no tag");
    must(fuzz::is_tame_picture(std::string_view(whole).substr(1, whole.size() - 2)), "a picture that is not tame");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  require_tame(client::html_of_markdown(text));
  require_tame_picture(text);
  const auto escaped = client::html_escape(text);
  must(escaped.find_first_of("<>\"'") == std::string::npos, "a sign that ends text is left");
  return 0;
}
