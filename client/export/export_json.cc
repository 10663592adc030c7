// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/export_json.h"

#include <ctime>

#include "client/json.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr int kVersion = 1;
using Write = std::function<void(std::string_view)>;

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[sizeof("2026-11-22T21:14:05Z") + 16];
  const auto length = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, length};
}

// An array of messages, one a line.
class Array {
 public:
  Array(const Write& write, const char* name) : write_(write) { write_(std::string(",\n\"") + name + "\": ["); }
  void add(const google::protobuf::MessageLite& message) { add(to_json(message)); }
  void add(const std::string& json) {
    write_((first_ ? "\n" : ",\n") + json);
    first_ = false;
  }
  void end() { write_("\n]"); }

 private:
  const Write& write_;
  bool first_ = true;
};

// Those that the two have written for themselves, as they wrote them.
void write_practices(Daemon& daemon, const ExportChoice& choice, const Write& write) {
  std::vector<std::string> ids;
  control::Request all;
  all.mutable_practices()->set_journal(choice.journal);
  daemon.ask_each(all, kQuick, [&ids](const control::Reply& reply) {
    if (reply.has_practice() && reply.practice().own()) ids.push_back(reply.practice().id());
  });
  Array array(write, "practices");
  for (const auto& id : ids) {
    control::Request one;
    one.mutable_practices()->set_id(id);
    one.mutable_practices()->set_journal(choice.journal);
    daemon.ask_each(one, kQuick, [&](const control::Reply& reply) {
      if (reply.has_practice()) array.add(reply.practice());
    });
  }
  array.end();
}

// No message knows where the files of an export lie: an item says it behind all else, of each that is attached.
std::string item_json(const control::Item& item, const Beside& beside) {
  std::string files;
  for (int at = 0; at < item.attachments_size(); ++at) files += (at == 0 ? "" : ",") + json_string(beside(item, at));
  auto json = to_json(item);
  json.pop_back();
  return json + ",\"files\":[" + files + "]}";
}

// With one's own words alone nobody learns from them with whom.
void write_journals(const control::StatusReport& status, bool mine, const Write& write) {
  Array array(write, "journals");
  for (auto journal : status.journals()) {
    if (mine) journal.clear_name(), journal.clear_other();
    array.add(journal);
  }
  array.end();
}

void write_agreements(Daemon& daemon, const control::StatusReport& status, const Write& write) {
  Array array(write, "agreements");
  for (const auto& journal : status.journals()) {
    if (journal.kind() != "shared") continue;
    control::Request request;
    request.mutable_agree()->set_journal(journal.id());
    daemon.ask_each(request, kQuick, [&](const control::Reply& reply) {
      if (reply.has_agreements()) array.add(reply.agreements());
    });
  }
  array.end();
}

}  // namespace

Exported write_export_json(Daemon& daemon, const ExportChoice& choice, const Write& write, const Beside& beside) {
  const auto status = daemon.open_status();
  write("{\n\"duolog\": " + std::to_string(kVersion) + ",\n\"exported_at\": " + json_string(now_text()) +
        ",\n\"person\": " + json_string(status.device().person()));
  write_journals(status, choice.mine, write);
  write_agreements(daemon, choice.mine ? control::StatusReport() : status, write);
  write_practices(daemon, choice, write);
  Array items(write, "items");
  const auto exported = export_each(daemon, choice, [&](const control::Item& item) {
    const bool lies_beside = beside != nullptr && item.attachments_size() > 0;
    lies_beside ? items.add(item_json(item, beside)) : items.add(item);
  });
  items.end();
  const auto& left = exported.left_out;
  write(",\n\"left_out\": {\"between_us\": " + std::to_string(left.between_us) +
        ", \"sealed\": " + std::to_string(left.sealed) + ", \"unreadable\": " + std::to_string(left.unreadable) +
        ", \"newer\": " + std::to_string(left.newer) + ", \"taken_back\": " + std::to_string(left.taken_back) +
        "}\n}\n");
  return exported;
}

}  // namespace duolog::client
