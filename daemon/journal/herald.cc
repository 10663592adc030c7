// herald.cc: from what a fold has brought to News.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/herald.h"

namespace duolog::journal {
namespace {

constexpr std::uint64_t kDeliveriesTold = 16;  // of one receipt: after a long silence the newest will do

}  // namespace

void Herald::grew(const Journal& journal) const {
  if (speaks_ && hooks_.grew) hooks_.grew(journal.id());
}

void Herald::doors_changed(const JournalId& journal) const {
  if (speaks_ && hooks_.doors_changed) hooks_.doors_changed(journal);
}

void Herald::say(const Journal& journal, News news) const {
  if (journal.secrets().unacknowledged) return;
  news.journal_id = journal.id();
  news.journal = journal.secrets().name;
  news.name = journal.secrets().other;
  news.at = rfc3339(now(), here_.offset_minutes(now()));
  hooks_.news(news);
}

void Herald::tell(const Journal& journal, const Journal::Brought& brought) const {
  if (!speaks_) return;
  if (brought.doors_changed) doors_changed(journal.id());
  if (!heard()) return;
  for (const RecordId& id : brought.items) tell_item(journal, id);
  for (const RoundKey& key : brought.revealed) {
    News opened{News::Kind::kOpened};
    if (key.practice == kLetterPractice) {
      opened.item = letter(journal, key.period);
    } else {
      opened.round = round(journal, key);
    }
    say(journal, std::move(opened));
  }
  tell_delivered(journal, brought.were_receipted, brought.receipted);
  for (const std::string& code : brought.alarms) {
    News alarm{News::Kind::kAlarm};
    alarm.detail = code;
    say(journal, std::move(alarm));
  }
}

void Herald::tell_item(const Journal& journal, const RecordId& id) const {
  const Noted* noted = journal.view().by_id(id);
  if (noted == nullptr) return;
  News news{noted->is_answer()   ? News::Kind::kAnswer
            : noted->is_letter() ? News::Kind::kLetter
            : noted->is_remark() ? News::Kind::kRemark
                                 : News::Kind::kEntry};
  news.item = make_item(journal, *noted, here_);
  if (noted->is_answer()) news.round = round(journal, {news.item->practice, news.item->period});
  say(journal, std::move(news));
}

void Herald::tell_delivered(const Journal& journal, std::uint64_t above, std::uint64_t up_to) const {
  const auto* own = journal.view().of(journal.identity().keys().id());
  if (own == nullptr || up_to <= above) return;
  const std::uint64_t from = std::max(above + 1, up_to > kDeliveriesTold ? up_to - kDeliveriesTold + 1 : 1);
  for (auto at = own->lower_bound(from); at != own->end() && at->first <= up_to; ++at) {
    if (!at->second.is_visible()) continue;
    News delivered{News::Kind::kDelivered};
    delivered.item = make_item(journal, at->second, here_);
    say(journal, std::move(delivered));
  }
}

std::optional<Item> Herald::letter(const Journal& journal, std::string_view period) const {
  for (const Noted* noted : journal.view().ordered()) {
    const auto* sealed = std::get_if<SealedNote>(&noted->what);
    if (sealed != nullptr && noted->is_letter() && sealed->period == period) return make_item(journal, *noted, here_);
  }
  return std::nullopt;
}

// May cost a merge of the view.
Round Herald::round(const Journal& journal, const RoundKey& key) const {
  const Agreements& agreed = journal.agreements();
  const Calendar calendar = agreed.calendar_version > 0 ? agreed.calendar : Calendar{zone_};
  return make_round(journal, key, {calendar, now(), here_});
}

}  // namespace duolog::journal
