// config.cc: config.toml, read whole or refused with file, line and key. README.md documents every key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <fstream>
#include <limits>

#include "daemon/home/address.h"
#include "daemon/home/home.h"

namespace duolog::home {
namespace {

constexpr std::size_t kFileLimit = 64 << 10;
constexpr std::uint32_t kMostJournalMib = 1 << 20;
constexpr std::uint32_t kLeastMemoryKib = 8;  // Argon2id's own minimum
constexpr std::array<std::string_view, 4> kNotesLevels{"error", "warning", "info", "debug"};

[[noreturn]] void refuse(const std::string& file, std::size_t line, std::string_view what) {
  throw std::runtime_error(
      fmt::format("{}:{}: {}\nhint: mend that line, or take it out: then the default holds", file, line, what));
}

// One table of the file, read key by key; whatever was not asked for at the end is unknown.
class Section {
 public:
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

  void refuse_unknown() const {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        refuse_key(node, key.str(), "is not a key that duolog knows");
      }
    }
  }

  [[noreturn]] void refuse_key(const toml::node& node, std::string_view key, std::string_view what) const {
    refuse(file_, node.source().begin.line, fmt::format("{}{} {}", prefix_, key, what));
  }

 private:
  const toml::table& table_;
  std::string file_;
  std::string prefix_;  // "passphrase." within that table
  std::vector<std::string> known_;
};

void read_listen(Section& section, Config& config) {
  section.read("listen", config.listen, "text");
  if (!config.listen.empty() && !parse_place_to_listen(config.listen)) {
    section.refuse_key(*section.take("listen"), "listen", "must be \"host:port\"");
  }
}

void read_addresses(Section& section, Config& config) {
  const toml::node* node = section.take("addresses");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr) section.refuse_key(*node, "addresses", "must be a list of \"host:port\"");
  if (list->size() > kAddressesLimit) {
    section.refuse_key(*node, "addresses", fmt::format("holds more than {}", kAddressesLimit));
  }
  for (const toml::node& element : *list) {
    const auto address = element.value_exact<std::string>();
    if (!address || !is_address(*address)) section.refuse_key(element, "addresses", "must hold \"host:port\" only");
    config.addresses.push_back(*address);
  }
}

void read_notes_level(Section& section, Config& config) {
  section.read("notes_level", config.notes_level, "text");
  if (std::find(kNotesLevels.begin(), kNotesLevels.end(), config.notes_level) == kNotesLevels.end()) {
    section.refuse_key(*section.take("notes_level"), "notes_level", R"(must be "error", "warning", "info" or "debug")");
  }
}

void read_passphrase(Section& section, Config& config, const std::string& file) {
  const toml::node* node = section.take("passphrase");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) section.refuse_key(*node, "passphrase", "must be a table");
  Section costs(*table, file, "passphrase.");
  costs.read_number("ops", config.passphrase_cost.ops, 1, crypto::kCostLimit.ops);
  costs.read_number("memory_kib", config.passphrase_cost.memory_kib, kLeastMemoryKib, crypto::kCostLimit.memory_kib);
  costs.refuse_unknown();
}

// nullopt: no such file.
std::optional<std::string> text_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string text(kFileLimit + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (error || in.bad() || (in.fail() && !in.eof())) {
    throw std::runtime_error(fmt::format("{} cannot be read\nhint: look at its permissions", file.string()));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileLimit)
    throw std::runtime_error(fmt::format("{} is too long\nhint: it holds at most {} bytes", file.string(), kFileLimit));
  return text;
}

toml::table parsed(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    refuse(file, error.source().begin.line, error.description());
  }
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  Config config;
  const auto text = text_of(file);
  if (!text) return config;
  const std::string name = file.string();
  const toml::table table = parsed(*text, name);
  Section section(table, name, "");
  read_listen(section, config);
  section.read("discovery", config.discovery, "true or false");
  read_addresses(section, config);
  read_notes_level(section, config);
  section.read_number("journal_limit_mib", config.journal_limit_mib, 1, kMostJournalMib);
  read_passphrase(section, config, name);
  section.refuse_unknown();
  return config;
}

}  // namespace duolog::home
