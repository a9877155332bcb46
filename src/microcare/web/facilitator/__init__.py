"""The facilitators' pages: who needs somebody now, and one person with the reasons for everything."""
