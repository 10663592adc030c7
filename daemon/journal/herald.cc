// herald.cc: from what a fold has brought to News.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/herald.h"

#include "daemon/journal/let_back_in.h"
#include "daemon/journal/rounds.h"

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

void Herald::forgotten(const JournalId& journal, const std::vector<DeviceId>& strangers,
                       const std::vector<ChunkId>& chunks) const {
  if (hooks_.forgotten) hooks_.forgotten(journal, strangers, chunks);
}

void Herald::say(const Journal& journal, News news) const {
  if (journal.secrets().unacknowledged) return;
  news.journal_id = journal.id();
  news.journal = journal.secrets().name;
  news.name = journal.secrets().other;
  news.at = rfc3339(now(), here_.offset_minutes(now()));
  hooks_.news(news);
}

struct Herald::Telling {
  Telling(const Journal& of, std::string zone, std::int64_t now, Zone here)
      : journal(of), rounds_of_([&of, zone = std::move(zone), now, here = std::move(here)] {
          return Rounds(of, of.agreements().calendar_or(zone), now, here);
        }) {}

  const Journal& journal;

  const Rounds& rounds() {
    if (!rounds_) rounds_.emplace(rounds_of_());
    return *rounds_;
  }
  // By the period that stands for it; nullopt: none.
  [[nodiscard]] std::optional<Noted> letter(const std::string& period) const {
    Wanted wanted;
    wanted.kinds = only(Kind::kLetter);
    wanted.practice = std::string(kLetterPractice);
    wanted.period = period;
    wanted.mine = false;
    auto found = journal.records().all(wanted);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  }

 private:
  std::function<Rounds()> rounds_of_;
  std::optional<Rounds> rounds_;
};

void Herald::tell(const Journal& journal, const Journal::Brought& brought) const {
  if (!speaks_) return;
  if (brought.doors_changed) doors_changed(journal.id());
  if (brought.erased) grew(journal);
  if (!heard()) return;
  Telling telling(journal, zone_, now(), here_);
  for (const auto& item : brought.items) tell_item(telling, item);
  for (const RoundKey& key : brought.revealed) tell_opened(telling, key);
  tell_delivered(journal, brought.were_receipted, brought.receipted);
  for (const std::string& code : brought.alarms) {
    auto detail = spelled_out(journal, code, now(), here_);
    if (!detail) continue;
    News alarm{News::Kind::kAlarm};
    alarm.detail = std::move(*detail);
    say(journal, std::move(alarm));
  }
}

void Herald::tell_item(Telling& telling, const Journal::Brought::Item& item) const {
  const Journal& journal = telling.journal;
  const Noted noted =
      journal.records().as_it_reads(journal.noted_at(item.device, item.seq), journal.is_mine(item.device));
  if (noted.kind() == Kind::kTakenBack) return;  // since it came
  News news{noted.is_answer()   ? News::Kind::kAnswer
            : noted.is_letter() ? News::Kind::kLetter
            : noted.is_remark() ? News::Kind::kRemark
                                : News::Kind::kEntry};
  news.item = make_item(journal, noted, here_);
  if (noted.is_answer()) news.round = telling.rounds().make({news.item->practice, news.item->period});
  say(journal, std::move(news));
}

void Herald::tell_opened(Telling& telling, const RoundKey& key) const {
  News opened{News::Kind::kOpened};
  if (key.practice != kLetterPractice) {
    opened.round = telling.rounds().make(key);
  } else if (const auto letter = telling.letter(key.period)) {
    opened.item = make_item(telling.journal, *letter, here_);
  }
  say(telling.journal, std::move(opened));
}

void Herald::tell_delivered(const Journal& journal, std::uint64_t above, std::uint64_t up_to) const {
  if (up_to <= above) return;
  Wanted wanted;
  wanted.stretch = Stretch{journal.identity().keys().id(),
                           std::max(above + 1, up_to > kDeliveriesTold ? up_to - kDeliveriesTold + 1 : 1), up_to};
  journal.records().each(wanted, [&](const Noted& noted) {
    News delivered{News::Kind::kDelivered};
    delivered.item = make_item(journal, noted, here_);
    say(journal, std::move(delivered));
    return true;
  });
}

}  // namespace duolog::journal
