// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/collect.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "client/layout.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using Ids = std::unordered_set<std::string>;

constexpr std::uint32_t kPage = 500;  // what is asked for at once

// All that a list holds, in the journal's order, a page after the other.
void each_listed(Daemon& daemon, control::Request request, const std::function<void(control::Item&)>& take) {
  auto& list = *request.mutable_list();
  list.set_pages(true);
  list.set_oldest(true);
  list.set_limit(kPage);
  do {
    auto asked = request;
    auto replies = daemon.ask(asked, kDurable);
    for (auto& reply : replies)
      if (reply.has_item()) take(*reply.mutable_item());
    list.set_after(replies.back().page().next());
  } while (!list.after().empty());
}

control::Request list_request(const ExportChoice& choice) {
  control::Request request;
  auto& list = *request.mutable_list();
  list.set_journal(choice.journal);
  list.set_since(choice.since);
  list.set_until(choice.until);
  for (const auto& tag : choice.tags) list.add_tags(tag.starts_with('#') ? tag.substr(1) : tag);
  if (choice.mine) list.set_from("me");
  return request;
}

// Of what was taken back nobody knows any more whether it was marked "between us". An answer is never.
bool may_have_been_marked(const control::Item& item) {
  return item.kind() == "taken back" && (item.practice().empty() || item.practice() == "letter");
}

// True: it is marked "between us", or said about something that is, or may have been. A remark stands after what it is
// about.
bool joins(Ids& kept_between, const control::Item& item) {
  const bool marked = item.between_us() || (!item.to().empty() && kept_between.contains(item.to()));
  if (marked || may_have_been_marked(item)) kept_between.insert(item.id());
  return marked;
}

// Looked for in all of the journal, where not all of it is exported: what was said about them may stand in another
// month.
Ids between_us(Daemon& daemon, const ExportChoice& choice) {
  Ids ids;
  if (choice.since.empty() && choice.until.empty() && choice.tags.empty() && !choice.mine) return ids;
  control::Request request;
  request.mutable_list()->set_journal(choice.journal);
  each_listed(daemon, request, [&ids](const control::Item& item) { joins(ids, item); });
  return ids;
}

// Versions whose texts were too long to come with their entry.
void add_versions(Daemon& daemon, control::Item& item) {
  control::Request request;
  request.mutable_history()->set_id(item.id());
  request.mutable_history()->set_shown_only(true);
  item.clear_versions();
  daemon.ask_each(request, kDurable, [&item](control::Reply& reply) {
    for (auto& version : *reply.mutable_history()->mutable_versions()) item.add_versions()->Swap(&version);
  });
}

// Of one's own: what the other has added to it, and to whom it went.
void leave_the_other_out(control::Item& item) {
  auto& reactions = *item.mutable_reactions();
  for (int i = reactions.size(); i-- > 0;)
    if (!reactions[i].mine()) reactions.DeleteSubrange(i, 1);
  item.clear_delivery();
  item.clear_journal();  // one that is shared is called by the other's name, as a rule
}

}  // namespace

std::vector<std::string> left_out_text(const LeftOut& left_out) {
  std::vector<std::string> lines;
  if (left_out.between_us > 0) {
    lines.push_back(so_many(left_out.between_us, "piece that stays between you: the other's words, marked so",
                            "pieces that stay between you: the other's words, marked so") +
                    " or about such, or about what was taken back");
  }
  if (left_out.sealed > 0) {
    lines.push_back(
        so_many(left_out.sealed, "answer or letter that is sealed still", "answers and letters that are sealed still"));
  }
  if (left_out.unreadable > 0)
    lines.push_back(so_many(left_out.unreadable, "entry that cannot be read here", "entries that cannot be read here"));
  if (left_out.newer > 0)
    lines.push_back(so_many(left_out.newer, "thing from a newer Duolog", "things from a newer Duolog"));
  if (left_out.taken_back > 0)
    lines.push_back(so_many(left_out.taken_back, "thing that was taken back", "things that were taken back"));
  return lines;
}

LeftOut each_item(Daemon& daemon, const ExportChoice& choice, const std::function<void(const control::Item&)>& take) {
  Ids kept_between = between_us(daemon, choice);
  LeftOut left_out;
  std::vector<control::Item> crowded;
  each_listed(daemon, list_request(choice), [&](control::Item& item) {
    const bool marked = joins(kept_between, item);  // it may have come since
    const bool sealed = item.visibility() == "sealed" || item.answer_state() == "sealed";
    if (item.kind() == "unreadable") {
      ++left_out.unreadable;
    } else if (item.kind() == "newer") {
      ++left_out.newer;
    } else if (item.kind() == "taken back") {
      ++left_out.taken_back;
    } else if (marked && !item.mine()) {
      ++left_out.between_us;
    } else if (sealed && !(choice.with_sealed && item.mine())) {
      ++left_out.sealed;
    } else {
      item.clear_quote();
      item.clear_is_new();
      if (choice.mine) leave_the_other_out(item);
      std::ranges::any_of(item.versions(), &control::Version::left_out) ? crowded.push_back(item) : take(item);
    }
  });
  for (auto& item : crowded) {
    add_versions(daemon, item);
    take(item);
  }
  return left_out;
}

std::vector<control::Series> series_of(Daemon& daemon, const ExportChoice& choice) {
  std::vector<control::Series> all;
  control::Request request;
  auto& trends = *request.mutable_trends();
  trends.set_journal(choice.journal);
  trends.set_since(choice.since);
  trends.set_until(choice.until);
  daemon.ask_each(request, kDurable, [&](control::Reply& reply) {
    if (reply.has_series() && (reply.series().mine() || !choice.mine))
      all.push_back(std::move(*reply.mutable_series()));
  });
  return all;
}

std::string whole_text(const control::Item& item) {
  if (item.versions_size() < 2) return item.text();
  std::string text;
  for (const auto& version : item.versions()) text += (text.empty() ? "" : "\n\n---\n\n") + version.text();
  return text;
}

std::string day_of_item(const control::Item& item) {
  constexpr std::size_t kDay = 10;
  return (item.on().empty() ? item.written_at() : item.on()).substr(0, kDay);
}

Exported export_each(Daemon& daemon, const ExportChoice& choice,
                     const std::function<void(const control::Item&)>& take) {
  Exported exported;
  exported.left_out = each_item(daemon, choice, [&](const control::Item& item) {
    take(item);
    ++exported.items;
    exported.attachments += static_cast<std::size_t>(item.attachments_size());
  });
  return exported;
}

}  // namespace duolog::client
