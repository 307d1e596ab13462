package sonify

import "strings"

// Private judges by its name whether a field that nobody foresaw tells who somebody is
// or what somebody wrote: name, email, customer_id, billing_address, message. It errs on
// the side of people: a field that it takes for personal wrongly passes when the piece
// lists it.
func Private(field string) bool {
	parts := strings.Split(strings.ToLower(field), "_")
	for i, p := range parts {
		if private[p] || i > 0 && private[parts[i-1]+"_"+p] {
			return true
		}
	}
	last := parts[len(parts)-1]
	if last == "name" || last == "names" || last == "title" && len(parts) > 1 {
		// The name of a thing is no secret.
		return last != "title" && (len(parts) == 1 || !things[parts[len(parts)-2]])
	}
	if last == "id" || last == "ids" || last == "uuid" || last == "guid" {
		// Nor is which thing it is. Which order it is leads to who ordered.
		return len(parts) == 1 || !things[parts[len(parts)-2]]
	}
	return len(parts) == 1 && people[last]
}

func words(lists ...string) map[string]bool {
	m := map[string]bool{}
	for _, l := range lists {
		for _, w := range strings.Fields(l) {
			m[w] = true
		}
	}
	return m
}

var (
	// private are words that make a field personal wherever they stand in its name.
	private = words(`email mail emails phone telephone mobile fax address addresses street postcode zipcode
		firstname lastname surname forename prenom nom nickname nick username login handle fullname displayname
		birthday birthdate dob ssn iban passport signature password secret token cookie authorization apikey
		ip did message text body content comment comments note notes bio caption subject summary msg
		msisdn zip plate voucher iccid imei passwd pwd pin otp jwt bearer handle uid
		vorname nachname familienname strasse straße hausnummer plz adresse anschrift telefon handynummer benutzer benutzername kunde kundin
		kundennummer kennzeichen nachricht bemerkung geburtsdatum geburtstag passwort kennwort
		nombre apellido apellidos correo telefono teléfono direccion dirección usuario cliente mensaje comentario contraseña
		cognome indirizzo telefono utente messaggio commento
		sobrenome endereco endereço telefone usuario usuário mensagem senha
		prénom prenoms adresse courriel téléphone utilisateur commentaire
		achternaam voornaam adres telefoonnummer gebruiker bericht`,
		`first_name last_name given_name family_name display_name user_name full_name screen_name middle_name
		e_mail zip_code postal_code street_address ip_address remote_addr user_agent birth_date date_of
		order_number order_no order_ref booking_number booking_ref booking_code confirmation_code ticket_number ticket_code seat_holder
		licence_plate license_plate
		access_key api_key card_number`)
	// people are words for somebody; with "id" behind them they are that.
	people = words(`user users customer buyer author sender recipient person contact attendee participant member
		guest client account actor owner creator follower listener viewer chatter player_user profile visitor subscriber patron`)
	// things are words for what is no person, before "name".
	things = words(`event show venue city country team club league product item ticket tier sensor device measure
		station track artist album label genre release object source zone area room line stop route vehicle node file repo repository branch topic channel queue host server
		kind type field unit currency wiki page category match game round group stage sport competition tournament
		season period country region state province service program metric job task brand variant sku shop store`)
)
