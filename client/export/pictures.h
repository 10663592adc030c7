// pictures.h: what came with an entry, under its words in the keepsake: photographs are shown, other files are named.
// A book that is one file holds the photographs itself; one that is a folder has them beside its page.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "client/export/attachments.h"
#include "client/export/days.h"
#include "client/export/photograph.h"

namespace duolog::client {

// In one page: a browser takes a while with more, and a mail does not take it at all.
inline constexpr std::uint64_t kPicturesInOnePage = 24 << 20;  // bytes

enum class Form { kOneFile, kFolder };

class Pictures {
 public:
  // `place`: of the page, which waits beside it; or the folder, which is there and is nobody else's.
  Pictures(Attachments& attachments, Form form, const std::filesystem::path& place);
  [[nodiscard]] Form form() const { return form_; }
  // Everything that came with the item, as HTML. Throws Failure.
  void write_under(const control::Item& item, const std::function<void(std::string_view)>& write);

 private:
  Fate show(const control::Item& item, int at, const Photograph& photograph,
            const std::function<void(std::string_view)>& write);

  Attachments& attachments_;
  Form form_;
  std::filesystem::path folder_;
  Aside aside_;  // a photograph is whole before the page has a word of it
  std::size_t number_ = 0;
};

struct Survey {
  std::uint64_t photographs = 0;  // bytes of them, up to where it is more than one page takes
  std::size_t not_here = 0;       // attached files of which pieces are missing
};
// Before the book is written. `form`: of a folder the photographs are not counted.
Survey survey_of(Days& days, Attachments& attachments, Form form);

}  // namespace duolog::client
