#pragma once

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include "turnout/base/result.h"

/// cairo's functions that pictures need, without "cairo_".
// clang-format off
#define TURNOUT_CAIRO_FUNCTIONS(X) \
  X(arc) X(clip) X(create) X(destroy) X(fill) X(fill_preserve) \
  X(font_options_create) X(font_options_destroy) X(font_options_set_antialias) \
  X(font_options_set_hint_metrics) X(font_options_set_hint_style) X(get_source) \
  X(image_surface_create) X(image_surface_get_data) X(image_surface_get_stride) X(line_to) \
  X(move_to) X(new_path) X(paint) X(pattern_set_filter) X(pdf_surface_create_for_stream) \
  X(pdf_surface_set_metadata) X(rectangle) X(restore) X(rotate) X(save) X(scale) \
  X(select_font_face) X(set_dash) X(set_font_options) X(set_font_size) X(set_line_cap) X(set_line_join) \
  X(set_line_width) X(set_source_rgb) X(set_source_surface) X(show_page) X(show_text) X(status) \
  X(status_to_string) X(stroke) X(surface_destroy) X(surface_finish) X(surface_mark_dirty) \
  X(surface_status) X(surface_write_to_png_stream) X(svg_surface_create_for_stream) \
  X(text_extents) X(translate)
// clang-format on

namespace turnout::drawing {

/// cairo, loaded when the first picture is drawn: its headers are enough to build.
struct CairoFunctions {
// A member's name takes no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define TURNOUT_CAIRO_MEMBER(name) decltype(&::cairo_##name) name = nullptr;
  TURNOUT_CAIRO_FUNCTIONS(TURNOUT_CAIRO_MEMBER)
#undef TURNOUT_CAIRO_MEMBER
};

/// Loads it once. @returns kUnsupported if the system has no libcairo.so.2, in every call.
const base::Result<CairoFunctions>& cairo_functions();

/// @returns the functions. Only for what runs after cairo_functions() was found to be there.
inline const CairoFunctions& lib() { return *cairo_functions(); }

}  // namespace turnout::drawing
