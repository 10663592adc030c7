// delete: words are taken back, by whoever wrote them. It says whom that concerns and asks; more than a few at once, or
// what was found by tag or date, wants their number.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "client/ask.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kWithoutNumber = 10;
constexpr std::size_t kAtOnce = 10'000;  // a request has room for no more
constexpr int kShownBefore = 20;

bool is_found(const DeleteOptions& options) {
  return !options.tag.empty() || !options.since.empty() || !options.until.empty();
}

bool can_be_taken_back(const control::Item& item) {
  return item.kind() == "entry" || item.kind() == "letter" || item.kind() == "answer" || item.kind() == "remark";
}

std::vector<std::string> ids_of(const Context& context, const DeleteOptions& options) {
  for (const auto& id : options.ids) check_id(id);
  if (!is_found(options)) return options.ids;
  if (!options.ids.empty()) throw wrong_usage("either ids, or a tag or dates", "duolog delete --help shows how");
  control::Request request;
  auto& list = *request.mutable_list();
  list.set_from("me");
  list.set_tag(options.tag.starts_with('#') ? options.tag.substr(1) : options.tag);
  list.set_since(options.since);
  list.set_until(options.until);
  list.set_journal(context.globals.journal);
  std::vector<std::string> ids;
  for (const auto& reply : context.daemon.ask(request))
    if (reply.has_item() && can_be_taken_back(reply.item())) ids.push_back(reply.item().id());
  if (ids.size() > kAtOnce)
    throw wrong_usage(fmt::format("that is {} things; {} can be taken back at once", ids.size(), kAtOnce),
                      "a part of it: --since and --until");
  return ids;
}

control::TakenBack ask_daemon(Context& context, const std::vector<std::string>& ids, std::uint32_t confirmed,
                              bool look_only) {
  control::Request request;
  auto& take_back = *request.mutable_take_back();
  for (const auto& id : ids) take_back.add_ids(id);
  take_back.set_journal(context.globals.journal);
  take_back.set_confirmed(confirmed);
  take_back.set_look_only(look_only);
  return std::move(*context.daemon.ask_one(request, kDurable).mutable_taken_back());
}

// The daemon's words are about what is written; here nothing was to be saved.
Failure not_taken_back(const Failure& failure) {
  constexpr std::string_view kNotSaved = "NOT saved: ";
  const std::string_view what = failure.what();
  if (!what.starts_with(kNotSaved)) return failure;
  return {failure.status(), failure.code(), "NOT taken back: " + std::string(what.substr(kNotSaved.size())),
          failure.hint()};
}

std::string persons(const control::TakenBack& taken) {
  std::string names;
  for (int i = 0; i < taken.shared_with_size(); ++i)
    names += (i == 0 ? "" : i + 1 == taken.shared_with_size() ? " and " : ", ") + sanitise_line(taken.shared_with(i));
  return names;
}

std::string concerned(const control::TakenBack& taken) {
  const bool one = taken.ids_size() == 1;
  if (taken.shared_with_size() == 0)
    return one ? "it is private; it goes for good" : "they are private; they go for good";
  const auto& item = taken.items(0);
  const bool nobody = one && item.has_delivery() && item.delivery().state() == "here";
  const auto may = nobody ? persons(taken) + " does not have it yet; "
                          : persons(taken) + " may have read " + (one ? "it" : "them") + "; ";
  return may + (one ? "it goes" : "they go") + " from both your journals, for good, and an honest mark stays";
}

std::string shown_before(const control::TakenBack& taken, const Output& out) {
  std::string text;
  if (taken.ids_size() == 1) return item_text(taken.items(0), out, {}) + "\n";
  const int shown = std::min(taken.items_size(), kShownBefore);
  for (int i = 0; i < shown; ++i)
    text += one_line(short_id(taken.items(i).id()) + "  " + headline(taken.items(i)), out.width()) + "\n";
  if (taken.ids_size() > shown) text += fmt::format("and {} more\n", taken.ids_size() - shown);
  return text + "\n";
}

// Whoever means so many says how many.
bool is_meant(const Context& context, const DeleteOptions& options, const control::TakenBack& taken,
              std::size_t count) {
  const bool many = count > kWithoutNumber || is_found(options);
  if (many && options.count != 0 && options.count != count) {
    throw wrong_usage(fmt::format("it is {} things, not {}; nothing was taken back", count, options.count),
                      "duolog list --from me shows them");
  }
  if (context.globals.yes && (!many || options.count == count)) return true;
  if (!can_ask()) {
    throw needs_an_answer("delete asks whether it is meant",
                          many ? fmt::format("--yes --count {}", count) : "--yes says so");
  }
  say(shown_before(taken, context.out));
  if (!many) return ask_yes(concerned(taken) + ". take " + (count == 1 ? "it" : "them") + " back?", false);
  say_wrapped(concerned(taken) + "\n");
  return ask_line(fmt::format("this is {} things; their number takes them back: ", count)) == std::to_string(count);
}

// All of their devices that this one knows.
bool is_connected(const control::StatusReport& status, const std::string& person) {
  const auto theirs = [&person](const control::Peer& peer) { return peer.name() == person; };
  const auto away = [&theirs](const control::Peer& peer) { return theirs(peer) && !peer.connected(); };
  return std::ranges::any_of(status.peers(), theirs) && std::ranges::none_of(status.peers(), away);
}

std::string taken_text(const control::StatusReport& status, const control::TakenBack& taken, std::size_t count) {
  const auto what = count == 1 ? std::string("taken back") : fmt::format("{} taken back", count);
  if (taken.shared_with_size() == 0) return what + " · gone from this device";
  const bool now = std::ranges::all_of(taken.shared_with(), [&](const auto& who) { return is_connected(status, who); });
  return what + " · gone from this device, and from " + persons(taken) + "'s " +
         (now ? "now: you are connected" : "when you next meet");
}

}  // namespace

Exit take_back(Context& context, const DeleteOptions& options) {
  if (options.ids.empty() && !is_found(options))
    throw wrong_usage("which entry?", "duolog delete ID; duolog list shows them");
  const auto ids = ids_of(context, options);
  if (ids.empty()) {
    if (!context.out.json()) context.out.line("nothing fits");
    return Exit::kDone;
  }
  // As they are named in full: what is taken back is what was counted, whether or not a reply has room to show it.
  const auto looked = ask_daemon(context, ids, 0, true);
  const std::vector<std::string> meant(looked.ids().begin(), looked.ids().end());
  if (!is_meant(context, options, looked, meant.size())) {
    context.out.line("nothing was taken back");
    return Exit::kDone;
  }
  const auto status = context.daemon.status();
  control::TakenBack taken;
  try {
    taken = ask_daemon(context, meant, static_cast<std::uint32_t>(meant.size()), false);
  } catch (const Failure& failure) {
    throw perhaps_done(not_taken_back(failure), "duolog list");
  }
  if (!context.out.json()) {
    context.out.line(taken_text(status, looked, meant.size()));
    return Exit::kDone;
  }
  for (auto& item : *taken.mutable_items()) {  // what was taken back is not said once more
    item.clear_text();
    item.clear_fields();
    item.clear_tags();
    item.clear_versions();
    item.clear_attachments();
  }
  context.out.line(to_json(taken));
  return Exit::kDone;
}

}  // namespace duolog::client
