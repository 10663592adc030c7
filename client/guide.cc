// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/guide.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/layout.h"

namespace duolog::client {
namespace {

// Where somebody would look for it by another name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kOtherNames = {{{"gesture", "languages"},
                                                                                        {"reply", "listening"},
                                                                                        {"pair", "start"},
                                                                                        {"recover", "lost"},
                                                                                        {"recovery", "lost"},
                                                                                        {"words", "lost"},
                                                                                        {"letter", "letters"},
                                                                                        {"notices", "nudges"},
                                                                                        {"notify", "nudges"},
                                                                                        {"reminders", "nudges"},
                                                                                        {"quiet", "nudges"},
                                                                                        {"days", "calendar"},
                                                                                        {"config", "calendar"},
                                                                                        {"part", "leaving"},
                                                                                        {"parting", "leaving"},
                                                                                        {"leave", "leaving"}}};

class Page {
 public:
  explicit Page(std::size_t width) : width_(width) {}
  void line(std::string_view line) {
    if (line.starts_with("  ") || line.empty()) {
      end_paragraph();
      text_.append(line).append("\n");
    } else {
      paragraph_ += paragraph_.empty() ? "" : " ";
      paragraph_ += line;
    }
  }
  std::string take() && {
    end_paragraph();
    return std::move(text_);
  }

 private:
  void end_paragraph() {
    if (!paragraph_.empty()) text_ += client::paragraph(std::exchange(paragraph_, {}), 0, width_);
  }
  std::size_t width_;
  std::string paragraph_;
  std::string text_;
};

}  // namespace

const GuidePage* find_page(std::string_view topic) {
  for (const auto& [name, page] : kOtherNames) {
    if (topic == name) topic = page;
  }
  const auto pages = guide_pages();
  const auto found = std::ranges::find(pages, topic, &GuidePage::name);
  return found == pages.end() ? nullptr : &*found;
}

std::string title_of(const GuidePage& page) { return std::string(page.text.substr(0, page.text.find('\n'))); }

std::string page_text(const GuidePage& page, std::size_t width, const Style& style) {
  const auto title = title_of(page);
  Page text(width);
  for (std::size_t at = title.size() + 1; at < page.text.size();) {
    const auto end = std::min(page.text.find('\n', at), page.text.size());
    text.line(page.text.substr(at, end - at));
    at = end + 1;
  }
  return style.strong(title) + "\n" + std::move(text).take();
}

}  // namespace duolog::client
