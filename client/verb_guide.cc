// guide: a page about each practice, and about what gets in the way. It needs no daemon.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/guide.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"

namespace duolog::client {

Exit guide(Context& context, const GuideOptions& options) {
  constexpr std::size_t kIndent = 2;
  constexpr std::size_t kNameWidth = 12;
  auto& out = context.out;
  if (options.topic.empty()) {
    for (const auto& page : guide_pages()) {
      if (out.json()) {
        out.line("{\"topic\":" + json_string(page.name) + ",\"title\":" + json_string(title_of(page)) + "}");
      } else {
        // The name stands where the title's first line leaves room for it.
        const auto title = paragraph(title_of(page), kIndent + kNameWidth, out.width());
        out.print(std::string(kIndent, ' ') + padded(page.name, kNameWidth) + title.substr(kIndent + kNameWidth));
      }
    }
    if (!out.json()) out.print("\nduolog guide TOPIC shows one\n");
    return Exit::kDone;
  }
  const auto* page = find_page(options.topic);
  if (page == nullptr) {
    throw Failure(Exit::kNotFound, "NO_SUCH_PAGE", "there is no page about " + sanitise_line(options.topic),
                  "duolog guide lists them");
  }
  if (out.json()) {
    out.line("{\"topic\":" + json_string(page->name) + ",\"title\":" + json_string(title_of(*page)) +
             ",\"text\":" + json_string(page->text) + "}");
  } else {
    out.print(page_text(*page, out.width(), out.style()));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
