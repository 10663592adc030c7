// config.cc: config.toml, read whole or refused with file, line and key. README.md documents every key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <fstream>
#include <limits>

#include "daemon/home/address.h"
#include "daemon/home/config_notify.h"
#include "daemon/home/home.h"
#include "daemon/home/section.h"

namespace duolog::home {
namespace {

constexpr std::size_t kFileLimit = 64 << 10;
constexpr std::uint32_t kMostJournalMib = 1 << 20;
constexpr std::uint32_t kMostAttachmentsMib = 1 << 24;
constexpr std::int64_t kMostEagerMib = 1024;  // no attachment is longer
constexpr std::uint32_t kLeastMemoryKib = 8;  // Argon2id's own minimum
constexpr std::array<std::string_view, 4> kNotesLevels{"error", "warning", "info", "debug"};

void read_listen(Section& section, Config& config) {
  section.read("listen", config.listen, "text");
  if (!config.listen.empty() && !parse_place_to_listen(config.listen)) {
    section.refuse_key(*section.take("listen"), "listen", "must be \"host:port\"");
  }
}

void read_addresses(Section& section, Config& config) {
  const toml::array* list = section.read_list("addresses", kAddressesLimit, "\"host:port\"");
  if (list == nullptr) return;
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

// "always", "on demand", or up to how many MiB.
void read_attachments(Section& section, Config& config) {
  section.read_number("attachments_limit_mib", config.attachments_limit_mib, 1, kMostAttachmentsMib);
  const toml::node* node = section.take("attachments");
  if (node == nullptr) return;
  const auto word = node->value_exact<std::string>();
  const auto mib = node->value_exact<std::int64_t>();
  if (word == "always") {
    config.attachments_eager_bytes = std::numeric_limits<std::uint64_t>::max();
  } else if (word == "on demand") {
    config.attachments_eager_bytes = 0;
  } else if (mib && *mib >= 1 && *mib <= kMostEagerMib) {
    config.attachments_eager_bytes = static_cast<std::uint64_t>(*mib) << 20;
  } else {
    section.refuse_key(*node, "attachments",
                       fmt::format(R"(must be "always", "on demand" or a number of MiB from 1 to {})", kMostEagerMib));
  }
}

void read_tor(Section& section, Config& config) {
  section.read("tor", config.tor, "true or false");
  section.read("tor_lines", config.tor_lines, "text");
  if (!config.tor_lines.empty() && !std::filesystem::path(config.tor_lines).is_absolute())
    section.refuse_key(*section.take("tor_lines"), "tor_lines", "must be a whole path: \"/…\"");
}

void read_drop_box(Section& section, Config& config) {
  section.read("drop_box", config.drop_box, "text");
  if (!config.drop_box.empty() && !std::filesystem::path(config.drop_box).is_absolute())
    section.refuse_key(*section.take("drop_box"), "drop_box", "must be a whole path: \"/…\"");
}

void read_passphrase(Section& section, Config& config) {
  auto costs = section.below("passphrase");
  if (!costs) return;
  costs->read_number("ops", config.passphrase_cost.ops, 1, crypto::kCostLimit.ops);
  costs->read_number("memory_kib", config.passphrase_cost.memory_kib, kLeastMemoryKib, crypto::kCostLimit.memory_kib);
  costs->refuse_unknown();
}

// nullopt: no such file.
std::optional<std::string> text_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string text(kFileLimit + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (error || in.bad() || (in.fail() && !in.eof())) {
    throw std::runtime_error(
        fmt::format("{} cannot be read; nothing was changed\nhint: look at its permissions", file.string()));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileLimit)
    throw std::runtime_error(
        fmt::format("{} is too long; nothing was changed\nhint: it holds at most {} bytes", file.string(), kFileLimit));
  return text;
}

toml::table parsed(const std::string& text, const std::string& file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    refuse_line(file, error.source().begin.line, error.description());
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
  section.read("port_mapping", config.port_mapping, "true or false");
  read_tor(section, config);
  read_addresses(section, config);
  read_notes_level(section, config);
  section.read_number("journal_limit_mib", config.journal_limit_mib, 1, kMostJournalMib);
  read_attachments(section, config);
  read_drop_box(section, config);
  read_passphrase(section, config);
  if (auto notify = section.below("notify")) config.notify = read_notify(*notify);
  section.refuse_unknown();
  return config;
}

}  // namespace duolog::home
