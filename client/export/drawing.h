// drawing.h: numbers over time as a picture in a page: two voices in two strokes and two signs, so that no colour is
// needed, and every number in words for whoever does not see it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>

namespace duolog::control {
class Series;
}

namespace duolog::client {

// All the scales there are, each as a <figure>. Empty where no scale has two points to draw a line between.
std::string drawings(std::span<const control::Series> series);

}  // namespace duolog::client
