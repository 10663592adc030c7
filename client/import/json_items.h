// json_items.h: the objects of one array in a JSON file of any length, one after the other. Only one of them is in
// memory at a time, whatever stands around them.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <istream>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "client/import/files.h"

namespace duolog::client {

inline constexpr std::uint64_t kJsonFileLimit = std::uint64_t{512} << 20;
inline constexpr std::size_t kJsonDepth = 64;
inline constexpr std::size_t kItemBytes = std::size_t{16} << 20;  // of all the texts in one object

// Throws Failure over kJsonFileLimit: a text in it is in memory whole before it can be weighed.
std::unique_ptr<std::istream> open_json(const Files& files, const Files::File& file);

// What was found of `array` in the top-level object.
struct JsonRead {
  bool has_array = false;
  std::string top;  // the other members of the top-level object that are plain values, as a JSON object
};

// Each element of the top-level member `array` that is an object goes to `take`; any other to `other`, with its place.
// Throws Failure (the file's name in it) where it is no JSON, is nested deeper than kJsonDepth, or an element is too
// large.
JsonRead read_json_items(std::istream& stream, const std::string& name, const std::string& array,
                         const std::function<void(nlohmann::json&)>& take,
                         const std::function<void(std::size_t)>& other);
// The same of several arrays, each by its name, in one reading.
using TakeItem = std::function<void(nlohmann::json&)>;
JsonRead read_json_arrays(std::istream& stream, const std::string& name, const std::map<std::string, TakeItem>& arrays,
                          const std::function<void(std::size_t)>& other);

// What a member holds; of another kind, or not there, or `of` no object: nothing.
std::string string_in(const nlohmann::json& of, const char* key);
bool flag_in(const nlohmann::json& of, const char* key);
std::vector<std::string> strings_in(const nlohmann::json& of, const char* key);  // those of an array that are texts

}  // namespace duolog::client
