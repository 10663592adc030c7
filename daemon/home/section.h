// section.h: one table of config.toml, read key by key; whatever was not asked for at the end is unknown.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::home {

[[noreturn]] inline void refuse_line(const std::string& file, std::size_t line, std::string_view what) {
  throw std::runtime_error(
      fmt::format("{}:{}: {}; nothing was changed\nhint: mend that line, or take it out: then the default holds", file,
                  line, what));
}

// Lives no longer than the table. Whatever refuses throws std::runtime_error with file, line and key.
class Section {
 public:
  // `prefix`: "passphrase." within that table, "" at the top.
  Section(const toml::table& table, std::string file, std::string prefix)
      : table_(table), file_(std::move(file)), prefix_(std::move(prefix)) {}

  const toml::node* take(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }

  template <class Value>
  void read(std::string_view key, Value& into, std::string_view kind) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<Value>();
    if (!value) refuse_key(*node, key, fmt::format("must be {}", kind));
    into = *value;
  }

  void read_number(std::string_view key, std::uint32_t& into, std::uint32_t least, std::uint32_t most) {
    std::int64_t number = into;
    read(key, number, "a whole number");
    if (number < least || number > most) {
      refuse_key(*table_.get(key), key, fmt::format("must be from {} to {}", least, most));
    }
    into = static_cast<std::uint32_t>(number);
  }

  // A list of at most so many; null where the key is absent.
  const toml::array* read_list(std::string_view key, std::size_t most, std::string_view of_what) {
    const toml::node* node = take(key);
    if (node == nullptr) return nullptr;
    const toml::array* list = node->as_array();
    if (list == nullptr) refuse_key(*node, key, fmt::format("must be a list of {}", of_what));
    if (list->size() > most) refuse_key(*node, key, fmt::format("holds more than {}", most));
    return list;
  }

  // The table of that name below this one; nullopt where it is absent.
  std::optional<Section> below(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_table()) refuse_key(*node, key, "must be a table");
    return below(*node->as_table(), key);
  }
  [[nodiscard]] Section below(const toml::table& table, std::string_view key) const {
    return {table, file_, fmt::format("{}{}.", prefix_, key)};
  }

  void refuse_unknown() const {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        refuse_key(node, key.str(), "is not a key that duolog knows");
      }
    }
  }

  [[noreturn]] void refuse_key(const toml::node& node, std::string_view key, std::string_view what) const {
    refuse_line(file_, node.source().begin.line, fmt::format("{}{} {}", prefix_, key, what));
  }
  // Of a key that had to be there.
  [[noreturn]] void refuse_absent(std::string_view key, std::string_view what) const {
    refuse_line(file_, table_.source().begin.line, fmt::format("{}{} {}", prefix_, key, what));
  }

 private:
  const toml::table& table_;
  std::string file_;
  std::string prefix_;
  std::vector<std::string> known_;
};

}  // namespace duolog::home
