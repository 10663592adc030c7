// fields.h: which fields a .proto describes, and which of them some truths have had. Nobody lies about a field that is
// not there (lies.h): with a field that is new and that no truth has, a test must fail.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/unit/proto/lies.h"

namespace duolog::testing {

class Fields {
 public:
  // `root`: the message that travels, as "Event"; what is described beside it and never in it does not count.
  Fields(const std::filesystem::path& proto, std::string root) : root_(std::move(root)) {
    std::ifstream file(proto);
    for (std::string line; std::getline(file, line);) take_line(line.substr(0, line.find("//")));
  }

  // A true message, and all that is inside it.
  void meet(std::span<const std::uint8_t> truth) { meet(root_, Lie(truth.begin(), truth.end())); }
  [[nodiscard]] std::size_t met() const { return met_.size(); }
  // As "Entry.mood": those that no truth has had.
  [[nodiscard]] std::set<std::string> never_met() const {
    std::set<std::string> never;
    std::set<std::string> seen;
    look_into(root_, seen, never);
    return never;
  }

 private:
  struct Described {
    std::string type;
    std::string name;
  };

  void take_line(const std::string& line) {
    std::string word;
    for (const char c : line + ' ') {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.') {
        word += c;
        continue;
      }
      if (!word.empty()) statement_.push_back(std::exchange(word, {}));
      if (c == '=') statement_.emplace_back("=");
      if (c == '{') open();
      if (c == '}') scopes_.pop_back();
      if (c == ';') close();
    }
  }
  // A oneof belongs to the message around it; an enum's numbers are no fields.
  void open() {
    const std::string kind = statement_.at(0);
    const std::string around = scopes_.empty() ? std::string() : scopes_.back();
    scopes_.push_back(kind == "message" ? statement_.at(1) : kind == "oneof" ? around : std::string());
    if (kind == "message") messages_[scopes_.back()];
    statement_.clear();
  }
  void close() {
    const std::vector<std::string> said = std::exchange(statement_, {});
    const auto equals = std::find(said.begin(), said.end(), "=");
    if (scopes_.empty() || scopes_.back().empty() || equals == said.end()) return;
    messages_[scopes_.back()][std::stoull(*(equals + 1))] = {*(equals - 2), *(equals - 1)};
  }

  void meet(const std::string& message, const Lie& truth) {
    const auto all = Lies::fields(truth);
    for (const Lies::Field& field : all.value_or(std::vector<Lies::Field>())) {
      const auto& described = messages_.at(message);
      const auto found = described.find(field.name());
      if (found == described.end()) continue;
      met_.insert(message + "." + found->second.name);
      if (field.content && messages_.contains(found->second.type)) meet(found->second.type, *field.content);
    }
  }
  void look_into(const std::string& message, std::set<std::string>& seen, std::set<std::string>& never) const {
    if (!messages_.contains(message) || !seen.insert(message).second) return;
    for (const auto& [number, field] : messages_.at(message)) {
      if (!met_.contains(message + "." + field.name)) never.insert(message + "." + field.name);
      look_into(field.type, seen, never);
    }
  }

  std::string root_;
  std::map<std::string, std::map<std::uint64_t, Described>> messages_;
  std::set<std::string> met_;
  std::vector<std::string> statement_;
  std::vector<std::string> scopes_;
};

}  // namespace duolog::testing
