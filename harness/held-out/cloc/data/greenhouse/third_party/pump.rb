# A pump of somebody else.
class Pump
  def initialize(rate)
    @rate = rate
  end

  def litres(minutes)
    @rate * minutes
  end
end
