// exchange_acts.cc: what the two do.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/moment.h"
#include "tests/simulation/exchange.h"

namespace duolog::simulation {
namespace {

using journal::Saved;

constexpr std::int64_t kDayMs = 86'400'000;
// As often as they are interesting: what is sealed, most of all.
constexpr const char* kPractices[] = {"checkin",    "checkin", "checkin", "question",  "question",  "walk",
                                      "walk",       "walk",    "sums",    "closeness", "languages", "appreciate",
                                      "appreciate", "repair",  "mood",    "need",      "promise",   "plan",
                                      "talk",       "prompt",  "gesture", "reflect"};

std::int64_t now_of(const Node& node) { return node.wall().time_since_epoch().count(); }

std::string practice_file(const std::string& id, const std::string& rhythm, const std::string& sharing,
                          const std::string& title) {
  return "id = \"" + id + "\"\ntitle = \"" + title + "\"\nwhy = \"Because.\"\nrhythm = \"" + rhythm +
         "\"\nsharing = \"" + sharing +
         "\"\n\n[[fields]]\nid = \"note\"\nkind = \"text\"\nquestion = \"And?\"\n\n"
         "[[fields]]\nid = \"how\"\nkind = \"scale\"\nquestion = \"How?\"\nlow = 1\nhigh = 9\ntrend = \"how it was\"\n";
}

}  // namespace

void Exchange::act() {
  Person& person = one();
  const std::uint64_t what = world_.roll(30);
  if (!person.node->up() && what % 3 == 0) return start(person);
  if (what < 8) return answer(person);
  if (what == 8) return letter(person);
  if (what == 9) return entry(person);
  if (what == 10) return share(person);
  if (what < 13) return say_something(person);
  if (what == 13) return pass_over(person);
  if (what < 17) return settle_something(person);
  if (what == 17) return keep_practice(person);
  if (what < 20) return days_pass();
  if (what < 22) return world_.run(milliseconds(1 + world_.roll(world_.roll(2) == 0 ? 200 : 60'000)));
  if (what == 22 && options_.seed % 16 < 8) return leak(person);
  if (what == 26 || what == 27) return change(person);
  if (what > 27) return take_back(person);
  if (!kinds_.empty()) trouble(kinds_[world_.roll(kinds_.size())]);
}

// ---- asking ----

void Exchange::ask(Person& person, std::uint64_t mark, Save save) {
  if (!person.node->awake()) return;
  asked_.push_back({&person, crypto::random_bytes(16), mark, std::move(save)});
  const std::size_t before = asked_.size();
  ask_again(person);
  // Not everybody asks again.
  if (asked_.size() >= before && world_.roll(2) == 0) asked_.pop_back();
}

// With the same request: whatever the first time came to, it is written once.
void Exchange::ask_again(Person& person) {
  std::vector<Asked> still;
  for (Asked& one : std::exchange(asked_, {})) {
    if (one.person != &person || !person.node->awake()) {
      still.push_back(std::move(one));
      continue;
    }
    if (one.mark != 0) person.words.emplace(one.mark, false);  // news of it come before the answer
    bool refused = false;
    const Node::Said said = person.node->say([&](Household& house) {
      try {
        return one.save(house, one.request);
      } catch (const journal::Refusal&) {
        refused = true;
        return Saved{};
      }
    });
    const bool saved = said.outcome == Node::Outcome::kSaved;
    ++(saved && refused ? tally_.refused : saved ? tally_.saved : tally_.unknown);
    if (one.mark != 0 && !(saved && refused)) person.words[one.mark] |= saved;
    if (!saved) still.push_back(std::move(one));
  }
  for (Asked& one : still) asked_.push_back(std::move(one));
}

// ---- what is written ----

practice::Form Exchange::fill(const practice::Practice& practice, std::uint64_t number) {
  practice::Form form;
  for (const auto& field : practice.fields) {
    if (field.optional && !form.empty() && world_.roll(3) == 0) continue;
    const std::string words = field.id + " " + mark(number);
    switch (field.kind) {
      case practice::FieldKind::kText:
        form.push_back({field.id, words});
        break;
      case practice::FieldKind::kScale:
        form.push_back({field.id, field.low + static_cast<std::int32_t>(world_.roll(
                                                  static_cast<std::uint64_t>(field.high - field.low + 1)))});
        break;
      case practice::FieldKind::kDay:
        form.push_back({field.id, std::string("2026-12-24")});
        break;
      case practice::FieldKind::kTime:
        form.push_back({field.id, std::string("2026-12-24 18:30")});
        break;
      case practice::FieldKind::kChoice:
        form.push_back({field.id, field.choices[world_.roll(field.choices.size())].id});
        break;
      case practice::FieldKind::kList: {
        std::vector<std::string> items;
        for (const auto& choice : field.choices)
          items.insert(items.begin() + static_cast<std::ptrdiff_t>(world_.roll(items.size() + 1)), choice.id);
        while (items.size() < field.at_least) items.push_back(words + std::to_string(items.size()));
        form.push_back({field.id, items});
      }
    }
  }
  return form;
}

// More often than not it is a round that somebody has begun: to meet the other's answer, or to say it otherwise.
std::optional<journal::RoundKey> Exchange::round_to_answer(Person& person) {
  const auto rounds = journal::rounds(person.node->household().shelf(), {});
  if (rounds.empty() || world_.roll(3) == 0) return std::nullopt;
  const journal::Round& round = rounds[world_.roll(rounds.size())];
  return journal::RoundKey{round.practice, round.period};
}

void Exchange::answer(Person& person) {
  Node& node = *person.node;
  if (!node.awake()) return;
  journal::FilledForm form;
  form.practice = kPractices[world_.roll(std::size(kPractices))];
  journal::Shelf& shelf = node.household().shelf();
  if (const auto round = round_to_answer(person)) {
    form.practice = round->practice;
    form.period = round->period;
  }
  const practice::Practice* practice = shelf.answering_journal({}).library().practice(form.practice);
  if (practice == nullptr) return;
  std::uint64_t number = ++marks_;
  form.fields = fill(*practice, number);
  Marks said;
  find_marks(form.fields, said);
  if (said.empty()) number = 0;
  ask(person, number, [form](Household& house, const Bytes& request) { return house.shelf().answer(form, request); });
}

void Exchange::letter(Person& person) {
  const std::uint64_t number = ++marks_;
  journal::Draft draft{"dear you " + mark(number), {mark(number) + "tag"}};
  draft.private_entry = world_.roll(5) == 0;
  draft.mood = static_cast<std::uint32_t>(world_.roll(6));
  const std::int64_t ahead = world_.roll(3) == 0 ? static_cast<std::int64_t>(world_.roll(60) * 60'000)
                                                 : static_cast<std::int64_t>(world_.roll(40)) * kDayMs;
  const std::string at = journal::rfc3339(now_of(*person.node) + ahead, 60);
  draft.open_on = world_.roll(2) == 0 ? at.substr(0, 10) : at.substr(0, 16);
  ask(person, number, [draft](Household& house, const Bytes& request) { return house.shelf().write(draft, request); });
}

void Exchange::entry(Person& person) {
  const std::uint64_t number = ++marks_;
  journal::Draft draft{"today " + mark(number), {"lake"}};
  draft.private_entry = world_.roll(2) == 0;
  draft.mood = static_cast<std::uint32_t>(world_.roll(6));
  draft.between_us = world_.roll(4) == 0;
  ask(person, number, [draft](Household& house, const Bytes& request) { return house.shelf().write(draft, request); });
}

void Exchange::share(Person& person) {
  if (!person.node->awake()) return;
  const auto own = journal::list(person.node->household().shelf(), {.kind = "entry", .journal = "notebook"});
  if (own.empty()) return;
  const journal::Target target{hex(own[world_.roll(own.size())].id.view()), "notebook"};
  ask(person, 0, [target](Household& house, const Bytes& request) { return house.shelf().share(target, {}, request); });
}

// ---- what is changed ----

std::optional<journal::Item> Exchange::own_words(Person& person, const std::vector<const char*>& kinds) {
  if (!person.node->awake()) return std::nullopt;
  journal::Filter filter;
  filter.kind = kinds[world_.roll(kinds.size())];
  filter.from = "me";
  const auto own = journal::list(person.node->household().shelf(), filter);
  return own.empty() ? std::nullopt : std::optional(own[world_.roll(own.size())]);
}

// It replaces what was on the screen, whenever it is written: what was asked for later stands beside it.
void Exchange::change(Person& person) {
  const auto entry = own_words(person, {"entry"});
  if (!entry) return;
  journal::Rewording wanted{{hex(entry->id.view())}};
  Marks replaced;
  for (const auto& version : journal::history(person.node->household().shelf(), wanted.entry).versions) {
    if (!version.shown) continue;
    wanted.replaces.push_back(hex(version.line.id.view()));
    find_marks(version.content->text, replaced);
  }
  const std::uint64_t number = ++marks_;
  wanted.text = "otherwise " + mark(number);
  if (world_.roll(2) == 0) wanted.tags = {{"sea"}};
  if (world_.roll(2) == 0) wanted.mood = static_cast<std::uint32_t>(world_.roll(6));
  ask(person, number, [&person, wanted, replaced](Household& house, const Bytes& request) {
    for (const std::uint64_t one : replaced) person.words[one] = false;  // they may be gone from here on
    Saved saved;
    saved.id = house.shelf().edit(wanted, request).id;
    return saved;
  });
}

void Exchange::take_back(Person& person) {
  const auto words = own_words(person, {"entry", "entry", "remark"});
  if (!words) return;
  const journal::TakingBack wanted{{hex(words->id.view())}};
  ask(person, 0, [&person, wanted](Household& house, const Bytes& request) {
    Marks gone;
    for (const auto& item : house.shelf().take_back({wanted.ids, {}, 0, true}, {}).items) {
      find_marks(item.text, gone);
      for (const auto& version : item.versions) find_marks(version.text, gone);
    }
    for (const std::uint64_t one : gone) person.words[one] = false;
    house.shelf().take_back(wanted, request);
    return Saved{};
  });
}

// ---- what is said about it ----

void Exchange::say_something(Person& person) {
  if (!person.node->awake()) return;
  journal::Shelf& shelf = person.node->household().shelf();
  const auto items = journal::list(shelf, {});
  if (items.empty()) return;
  const journal::Target about{hex(items[world_.roll(items.size())].id.view())};
  if (world_.roll(4) == 0) shelf.mark_seen(items);
  if (world_.roll(3) == 0) {
    const std::string emoji = std::array{"*", "+", ""}[world_.roll(3)];
    return ask(person, 0, [about, emoji](Household& house, const Bytes& request) {
      return house.shelf().react(about, emoji, request);
    });
  }
  const auto may = journal::show(shelf, about).may;
  const std::string manner = may.empty() ? "" : may[world_.roll(may.size())].manner;
  const std::uint64_t number = ++marks_;
  ask(person, number, [about, manner, number](Household& house, const Bytes& request) {
    return house.shelf().remark(about, manner, "I say " + mark(number), request);
  });
}

void Exchange::pass_over(Person& person) {
  journal::FilledForm round;
  round.practice = std::array{"appreciate", "appreciate", "repair", "checkin", "question"}[world_.roll(5)];
  ask(person, 0, [round](Household& house, const Bytes& request) { return house.shelf().pass(round, request); });
}

void Exchange::settle_something(Person& person) {
  if (!person.node->awake()) return;
  journal::Wishes wishes;
  const auto& agreed = person.node->household().shelf().by_id(*person.node->shared_id())->agreements();
  switch (agreed.other.proposal && world_.roll(4) != 0 ? 1 : world_.roll(8)) {
    case 0:
    case 7:
      wishes.zone = std::array{"Europe/Berlin", "Pacific/Auckland", "America/New_York"}[world_.roll(3)];
      wishes.turn_hour = static_cast<std::uint32_t>(world_.roll(6));
      if (world_.roll(2) == 0) wishes.first_weekday = static_cast<std::uint32_t>(1 + world_.roll(7));
      break;
    case 1:
      wishes.accept_calendar = true;
      break;
    case 2:
      wishes.depth = static_cast<std::uint32_t>(1 + world_.roll(practice::kDeepest));
      break;
    case 3:
      wishes.pause = std::array<std::string, 3>{std::string(journal::kUntilFurtherNotice), "", ""}[world_.roll(3)];
      if (world_.roll(2) == 0)
        wishes.pause =
            journal::civil_day(now_of(*person.node) + static_cast<std::int64_t>(world_.roll(20)) * kDayMs, 0);
      break;
    default:
      wishes.unanswered = world_.roll(4) == 0 ? "wait" : "open";
  }
  ask(person, 0, [wishes](Household& house, const Bytes& request) {
    house.shelf().agree(wishes, request);
    return Saved{};
  });
}

void Exchange::keep_practice(Person& person) {
  const std::string id = std::array{"walk", "walk", "walk", "sums", "checkin", "question"}[world_.roll(6)];
  const std::string rhythm = std::array{"daily", "weekly", "weekly", "when needed"}[world_.roll(4)];
  std::string sharing = std::array{"sealed until both", "sealed until both", "open", "in turns"}[world_.roll(4)];
  if (id == "sums") sharing = "private";
  practices_.insert(++marks_);
  const std::string toml = practice_file(id, rhythm, sharing, "A walk " + mark(marks_));
  ask(person, 0, [toml](Household& house, const Bytes& request) {
    return house.shelf().keep_practice(toml, "walk.toml", {}, request);
  });
}

// A liar's hand, or a program that errs: the key of a sealed answer is published before its time. It helps nobody who
// has not answered.
void Exchange::leak(Person& person) {
  Node& node = *person.node;
  if (!node.awake()) return;
  const JournalId id = *node.shared_id();
  person.ledger.read(node.household(), id);
  for (const auto& [sealed_id, seal] : person.ledger.seals(true)) {
    if (!seal.openings.empty()) continue;
    const auto key = crypto::answer_key(id, seal.sealed.answer, node.household().identity().keys().wrap());
    journal::Opening opening{sealed_id, {}, {}};
    std::copy(key->view().begin(), key->view().end(), opening.key.begin());
    leaked_.insert(sealed_id);
    ++tally_.leaked;
    ask(person, 0, [opening, id](Household& house, const Bytes& request) {
      const bool open = house.shelf().by_id(id)->answers().look(opening.sealed).published;  // while the disk refused it
      if (open || house.log().answered(request)) return Saved{};
      house.shelf().by_id(id)->append(opening, {house.shelf().parts().clock.wall().time_since_epoch().count(), 60},
                                      request);
      house.switchboard().log_grew(id);
      while (house.fold()) {
      }
      return Saved{};
    });
    return;
  }
}

}  // namespace duolog::simulation
