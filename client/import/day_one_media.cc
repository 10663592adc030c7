// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/day_one_media.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "client/import/json_items.h"

namespace duolog::client {
namespace {

using Json = nlohmann::json;

struct Kind {
  const char* key;
  const char* folder;
  const char* what;  // where it is told
  const char* name;  // of one that has none
};
constexpr std::array kKinds = {
    Kind{"photos", "photos/", "photographs", "photo"},
    Kind{"videos", "videos/", "videos", "video"},
    Kind{"audios", "audios/", "recordings", "recording"},
    Kind{"pdfAttachments", "pdfs/", "PDF files", "document"},
};
constexpr std::size_t kMostNamed = 10'000;  // by one entry; nobody's has as many

struct Medium {
  const Kind* kind = nullptr;
  const Json* about = nullptr;
  std::int64_t order = 0;
};

// The arrays are in any order; where it stands in the entry is said in each.
std::vector<Medium> in_order(const Json& entry, Findings& findings) {
  std::vector<Medium> all;
  for (const Kind& kind : kKinds) {
    const auto list = entry.find(kind.key);
    if (list == entry.end() || !list->is_array()) continue;
    for (const Json& about : *list) {
      const auto order = about.is_object() ? about.find("orderInEntry") : about.end();
      const bool said = about.is_object() && order != about.end() && order->is_number_integer();
      if (all.size() == kMostNamed) {
        findings.drop("pictures and files beyond the 10000th that an entry names", string_in(about, "md5"));
        continue;
      }
      all.push_back({&kind, &about, said ? order->get<std::int64_t>() : std::numeric_limits<std::int64_t>::max()});
    }
  }
  std::ranges::stable_sort(all, {}, &Medium::order);
  return all;
}

// What the entry says is a name to look for, and never a way to go.
const Files::File* found_in(const Files& files, std::string_view folder, const Medium& medium) {
  for (const auto* key : {"md5", "identifier"}) {
    const auto id = string_in(*medium.about, key);
    if (id.empty() || id.find('/') != std::string::npos) continue;
    const auto begin = std::string(folder) + medium.kind->folder + id + ".";
    const auto* exact = files.find(begin + string_in(*medium.about, "type"));
    if (const auto* file = exact != nullptr ? exact : files.find_beginning(begin)) return file;
  }
  return nullptr;
}

// As its camera called it, else by its number; the ending is that of the file itself, which may be another one.
std::string name_of(const Medium& medium, std::size_t number, const Files::File& file) {
  const auto ending = std::string(ending_of(file.name));
  for (const auto* key : {"filename", "pdfName"})
    if (const auto said = string_in(*medium.about, key); !said.empty()) return std::string(stem_of(said)) + ending;
  const auto title = string_in(*medium.about, "title");
  return (title.empty() ? medium.kind->name + ("-" + std::to_string(number)) : title) + ending;
}

std::string sample_of(const Medium& medium) {
  for (const auto* key : {"filename", "pdfName", "title", "md5", "identifier"})
    if (auto said = string_in(*medium.about, key); !said.empty()) return said;
  return {};
}

std::string why_not_there(const Medium& medium, const Reading& reading) {
  if (!reading.with_media) return std::string(medium.kind->what) + ", left out as --no-media says";
  return medium.kind->what +
         std::string(reading.files.is_single() ? ", which this file alone does not hold" : " whose file is not there");
}

}  // namespace

Moments take_day_one_media(const Json& entry, std::string_view journal, Found& found, const Reading& reading,
                           Named& named) {
  Moments moments;
  std::array<std::size_t, kKinds.size()> numbers{};
  for (const Medium& medium : in_order(entry, reading.findings)) {
    const auto number = ++numbers.at(static_cast<std::size_t>(medium.kind - kKinds.data()));
    const auto* file = reading.with_media ? found_in(reading.files, folder_of(journal), medium) : nullptr;
    if (file == nullptr) {
      reading.findings.drop(why_not_there(medium, reading), sample_of(medium));
      continue;
    }
    named.insert(file->name);
    const auto name = add_medium(found, *file, name_of(medium, number, *file), reading.findings);
    if (const auto id = string_in(*medium.about, "identifier"); !id.empty() && !name.empty()) moments.emplace(id, name);
  }
  return moments;
}

bool is_day_one_media(std::string_view key) {
  return std::ranges::find(kKinds, key, [](const Kind& kind) { return std::string_view(kind.key); }) != kKinds.end();
}

}  // namespace duolog::client
