// A dial that shows how warm it is.
'use strict'

/**
 * Draws the needle.
 */
function needle (warmth) {
  const angle = (warmth - 20) * 3

  return `rotate(${angle})`
}

function label (warmth) {
  return warmth.toFixed(1) + ' °C' // with a blank
}

module.exports = { needle, label }
