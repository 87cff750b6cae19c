// Salt in the water, and light of the lamps.
const salt = 1.8
const light = [0, 4, 9, 12, 9, 4]

module.exports = {
  salt,
  light
}
